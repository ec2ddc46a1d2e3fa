"""Earlier questions much like a given one: proposed by their vectors, labelled by structure."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog

from api_server.dialogue.masking import masked_text
from api_server.dialogue.understanding import Dialogue
from api_server.errors import VectorsUnavailable
from api_server.reuse.index_queue import IndexQueue
from api_server.storage.records import Execution
from api_server.vectors.index import OWNER, Collection, Item, Proposal, VectorIndex
from schemas.conversation import SimilarQuestion
from schemas.reuse import EarlierQuestion
from schemas.wire import utc_now
from service.cache.cache import Cache

log = structlog.get_logger()

ListThere = Callable[[str, Sequence[str]], Awaitable[set[str]]]
"""Which of a user's executions are not deleted. Raises `DatabaseUnavailable`."""

PROPOSED_MAX = 12
SIMILAR_MAX = 5
KEPT_SECONDS = 7 * 24 * 3600
SIMILAR_ENOUGH = 0.35
"""Below it a proposal says nothing to a person; it decides nothing else."""


class QuestionMemory:
    """Remembers questions by what they ask, without whom and when. Does without while the index starts."""

    def __init__(
        self,
        dialogue: Dialogue,
        index: VectorIndex,
        cache: Cache,
        list_there: ListThere,
        *,
        is_enabled: bool = True,
    ) -> None:
        self.dialogue = dialogue
        self.index = index
        self.cache = cache
        self.list_there = list_there
        self.is_enabled = is_enabled
        self._queue = IndexQueue(self._put)

    def remember(self, execution: Execution) -> None:
        """Let the question be proposed from now on, on other API servers soon.

        Without an index it is only found by its equal.
        """
        if self.is_enabled:
            self._queue.add(execution)

    async def finish(self, seconds_max: float) -> None:
        """Let all be in the index that can be by then."""
        await self._queue.finish(seconds_max)

    async def forget(self, user_id: str, execution_ids: Sequence[str]) -> None:
        """Drop questions that their user deleted, once that is final; until then they are passed over."""
        await self._queue.flush()
        try:
            await self.index.forget(Collection.QUESTIONS, execution_ids, owner=user_id)
        except VectorsUnavailable as error:
            log.warning("questions_not_forgotten", count=len(execution_ids), reason=error.message)
        await self.cache.forget_all(_prefix(user_id))

    async def find(self, user_id: str, question: str, count: int = 3) -> list[EarlierQuestion]:
        """The earlier questions most like `question`: equal ones first, then by similarity."""
        proposals = await self._propose(user_id, masked_text(question, self.dialogue.cutter))
        there = await self.list_there(user_id, [one.id for one in proposals]) if proposals else set()
        labelled = [self._label(one, question) for one in proposals if one.id in there]
        shown = [earlier for earlier in labelled if _is_worth_showing(earlier)]
        latest_of_each = {
            earlier.question: earlier for earlier in sorted(shown, key=lambda one: one.asked_at)
        }
        order = sorted(latest_of_each.values(), key=lambda one: (RANK[one.relation], -one.similarity_score))
        return order[:count]

    async def find_similar(self, user_id: str, question: str) -> list[SimilarQuestion]:
        """The same for the context of a session, without the question itself."""
        found = await self.find(user_id, question, PROPOSED_MAX)
        return [
            SimilarQuestion(
                question=earlier.question,
                similarity_score=earlier.similarity_score,
                session_id=earlier.session_id,
                timestamp=earlier.asked_at,
            )
            for earlier in found
            if earlier.question != question
        ][:SIMILAR_MAX]

    async def _propose(self, user_id: str, text: str) -> list[Proposal]:
        """From the cache of the last days, else from the index; none while that is not ready."""
        if not self.is_enabled:
            return []
        if self.index.readiness.is_ready:
            await self._queue.flush()
        key = _prefix(user_id) + _digest(text)
        kept = await self.cache.get(key)
        if kept is not None:
            return [Proposal(**one) for one in kept]
        if not text or not self.index.readiness.is_ready:
            return []
        try:
            found = await self.index.propose(Collection.QUESTIONS, text, PROPOSED_MAX, {OWNER: user_id})
        except VectorsUnavailable as error:
            log.warning("no_similar_questions", reason=error.message)
            return []
        await self.cache.put(key, [_as_json(one) for one in found], KEPT_SECONDS)
        return found

    async def _put(self, executions: Sequence[Execution]) -> None:
        items = [item for item in map(self._item_of, executions) if item.text]
        try:
            await self.index.remember(Collection.QUESTIONS, items)
        except VectorsUnavailable as error:
            log.warning("questions_not_in_index", ids=[item.id for item in items], reason=error.message)
            return
        for user_id in {execution.user_id for execution in executions}:
            await self.cache.forget_all(_prefix(user_id))

    def _item_of(self, execution: Execution) -> Item:
        question = execution.expanded_question or execution.question
        return Item(
            id=execution.id,
            text=masked_text(question, self.dialogue.cutter),
            facts={
                OWNER: execution.user_id,
                "session_id": execution.session_id,
                "question": question,
                "asked_at": execution.created_at.isoformat(),
            },
        )

    def _label(self, proposal: Proposal, question: str) -> EarlierQuestion:
        earlier = str(proposal.facts["question"])
        asked, known = self.dialogue.meaning(question), self.dialogue.meaning(earlier)
        asked_at = datetime.fromisoformat(str(proposal.facts["asked_at"]))
        is_same, is_alike = asked.key == known.key, asked.masked_key == known.masked_key
        return EarlierQuestion(
            execution_id=proposal.id,
            session_id=str(proposal.facts["session_id"]),
            question=earlier,
            relation="same" if is_same else "other_parameters" if is_alike else "similar",
            similarity_score=round(max(proposal.similarity, 0.0), 3),
            asked_at=asked_at,
            age_seconds=(utc_now() - asked_at).total_seconds(),
        )


RANK = {"same": 0, "other_parameters": 1, "similar": 2}


def _is_worth_showing(earlier: EarlierQuestion) -> bool:
    return earlier.relation != "similar" or earlier.similarity_score >= SIMILAR_ENOUGH


def _as_json(proposal: Proposal) -> dict[str, object]:
    return {
        "id": proposal.id,
        "text": proposal.text,
        "facts": dict(proposal.facts),
        "similarity": proposal.similarity,
    }


def _prefix(user_id: str) -> str:
    """Where the cache keeps what was proposed to one user: a new question of theirs makes all of it stale."""
    return f"similar_questions:{_digest(user_id)[:16]}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
