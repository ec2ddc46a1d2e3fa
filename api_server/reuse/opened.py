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
    is_aware: bool = True
    """Whether earlier questions count at all."""

    async def understand(self, asked: Execution, question: str, auto_expand: bool = True) -> Understanding:
        """What `question` means after those before `asked` in its session. Raises `DatabaseUnavailable`."""
        context = await self.context(asked)
        return self.dialogue.understand(question, context, auto_expand)

    async def context(self, asked: Execution) -> DialogueContext:
        """The last turns of a session before the execution `asked`."""
        if not self.is_aware:
            return DialogueContext()
        latest = await self.storage.executions.list_asked(asked.user_id, asked.session_id, TURNS_MAX)
        return context_of([one for one in latest if one.id != asked.id])


def make_reusing(
    storage: Storage, index: VectorIndex, cache: Cache, library: Library, *, is_aware: bool = True
) -> Reusing:
    """Over what is kept; the tables of words are read once. Recipes answer whether it `is_aware` or not."""
    dialogue = create_dialogue()
    reuser = Reuser(dialogue, storage.executions, storage.remembered, open_shelf(library), is_aware=is_aware)
    memory = QuestionMemory(dialogue, index, cache, storage.executions.list_there, is_enabled=is_aware)
    return Reusing(dialogue, reuser, memory, storage, library, is_aware)
