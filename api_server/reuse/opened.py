"""The parts that remember and reuse, made for the life of one API server."""

from dataclasses import dataclass

from api_server.dialogue.context import DialogueContext
from api_server.dialogue.history import context_of
from api_server.dialogue.understanding import Dialogue, create_dialogue
from api_server.reuse.decision import Reuser
from api_server.reuse.memory import QuestionMemory
from api_server.reuse.recipes import open_shelf
from api_server.storage.opened import Storage
from api_server.storage.records import Execution
from api_server.vectors.index import VectorIndex
from prompts.library import Library
from schemas.understanding import Understanding
from service.cache.cache import Cache

TURNS_MAX = 20


@dataclass(frozen=True)
class Reusing:
    """Understanding in a session, and what was answered before."""

    dialogue: Dialogue
    reuser: Reuser
    memory: QuestionMemory
    storage: Storage
    library: Library

    async def understand(
        self, user_id: str, session_id: str, question: str, auto_expand: bool = True
    ) -> Understanding:
        """What `question` means after the last ones of its session. Raises `DatabaseUnavailable`."""
        context = await self.context(user_id, session_id)
        return self.dialogue.understand(question, context, auto_expand)

    async def context(self, user_id: str, session_id: str) -> DialogueContext:
        """The last turns of a session; none for a session that does not exist."""
        return context_of(await self.storage.executions.list_latest(user_id, session_id, TURNS_MAX))

    async def remember(self, execution: Execution) -> None:
        """Let a finished execution be found by its equal and its like. Raises `DatabaseUnavailable`."""
        await self.reuser.remember(execution)
        await self.memory.remember(execution)


def make_reusing(storage: Storage, index: VectorIndex, cache: Cache, library: Library) -> Reusing:
    """Over what is kept; the tables of words are read once."""
    dialogue = create_dialogue()
    reuser = Reuser(dialogue, storage.executions, storage.remembered, open_shelf(library))
    return Reusing(dialogue, reuser, QuestionMemory(dialogue, index, cache), storage, library)
