"""Tells how a script grows while a model writes it."""

import time

from api_server.course import Course
from api_server.llm.provider import ANEW
from schemas.progress import ProgressType

INTERVAL_SECONDS = 0.2


class ScriptGrowth:
    """Counts the lines of one attempt; `hear` is given each piece of text as it comes."""

    def __init__(self, attempt: int, course: Course) -> None:
        self._attempt = attempt
        self._course = course
        self._line_ends = 0
        self._told_at = 0.0

    async def hear(self, piece: str) -> None:
        """One more piece; told at most every `INTERVAL_SECONDS`."""
        self._line_ends = 0 if piece == ANEW else self._line_ends + piece.count("\n")
        now = time.monotonic()
        if now - self._told_at >= INTERVAL_SECONDS:
            self._told_at = now
            lines = self._line_ends + 1
            await self._course.tell(ProgressType.SCRIPT_GROWN, attempt=self._attempt, lines=lines)
