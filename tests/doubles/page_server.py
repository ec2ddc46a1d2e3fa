"""The real page over a scripted API, as a server on a port of its own."""

import asyncio

from tests.doubles.page_app import create_page_app
from tests.doubles.page_house import PageHouse
from tests.doubles.tool_server import ToolServer


class PageServer(PageHouse):
    """Answers as the API server does, and can die and come back at its address."""

    def __init__(self) -> None:
        super().__init__()
        self._server = ToolServer(lambda: create_page_app(self))
        self._server.start()
        self.url = f"http://127.0.0.1:{self._server.port}"

    def stop(self) -> None:
        """End the server, as one that is killed; what it knows stays."""
        self._server.stop()
        self.has_begun.clear()

    def restart(self) -> None:
        """A new server at the same address that knows the same."""
        for execution in self.executions.values():
            execution.changed, execution.release = asyncio.Event(), asyncio.Event()
        self._server.start()
