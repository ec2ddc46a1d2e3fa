"""Whether a believed script can run is asked once, and anew when the policy or the tools are others."""

import httpx2
from fastapi import FastAPI

from api_server.execution_client import ExecutionClient
from api_server.reuse.known_scripts import KnownScripts
from schemas.tools import ToolCatalogue
from schemas.validation import ValidationReport

CATALOGUE = ToolCatalogue(tools=[], servers=[], digest="d", policy_version="p")


class Checking:
    """An execution server that counts how often it is asked, and finds every script valid or none."""

    def __init__(self) -> None:
        self.asked = 0
        self.valid = True

    def create(self) -> FastAPI:
        app = FastAPI()
        app.post("/validate")(self._validate)
        return app

    async def _validate(self) -> ValidationReport:
        self.asked += 1
        return ValidationReport(valid=self.valid, security_score=100, estimated_runtime_ms=1)


async def test_a_script_is_asked_about_once_for_each_policy_and_set_of_tools() -> None:
    server = Checking()
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(server.create())) as http:
        scripts = KnownScripts(ExecutionClient("http://executor", http))
        for _ in range(2):
            assert (await scripts.check("x = 1", CATALOGUE)).valid
        assert server.asked == 1
        await scripts.check("x = 2", CATALOGUE)
        await scripts.check("x = 1", CATALOGUE.model_copy(update={"digest": "other"}))
        assert server.asked == 3
        server.valid = False
        stricter = CATALOGUE.model_copy(update={"policy_version": "stricter"})
        assert not (await scripts.check("x = 1", stricter)).valid
        assert server.asked == 4
