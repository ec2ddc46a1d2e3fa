"""What a person has seen of the script while it was being written."""

from api_server.llm.provider import ANEW, OnText
from api_server.llm.script_reader import ScriptReader


class ShownScript:
    """Passes the script inside a growing answer on; what a failed attempt had shown is taken back."""

    def __init__(self, on_text: OnText) -> None:
        self._on_text = on_text
        self._reader = ScriptReader()
        self._is_empty = True

    async def add(self, piece: str) -> None:
        """Show what a further `piece` of the answer adds to the script."""
        grown = self._reader.feed(piece)
        if grown:
            self._is_empty = False
            await self._on_text(grown)

    async def complete(self, python_code: str) -> None:
        """Show the whole script, when it was not found while it grew."""
        if self._is_empty:
            self._is_empty = False
            await self._on_text(python_code)

    async def take_back(self) -> None:
        """Begin anew; whoever listens is told when there is anything to forget."""
        self._reader = ScriptReader()
        if not self._is_empty:
            self._is_empty = True
            await self._on_text(ANEW)
