"""`/debug/mcp-tools` and `/debug/system-prompt`, and who may see them and the figures."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import jsonschema_rs
import pytest
import pytest_asyncio
from pydantic import SecretStr

from api_server.access.tokens import write_token
from api_server.developer_pages.masking import Masking
from api_server.developer_pages.prompt_versions import PromptVersions
from api_server.developer_pages.tool_pages import list_arguments, write_example
from api_server.prompt_templates import Templates
from api_server.settings import ApiSettings
from schemas.names import parameter_names
from schemas.tools import Tool
from tests.doubles.api_app import NOWHERE, make_api_settings, opened_app, storage_of
from tests.doubles.developer_house import HOSTILE, SECRETS, create_execution_stand_in
from tests.doubles.tool_catalogues import OTHERS, OURS, read_catalogue
from tests.doubles.tool_server import ToolServer

HTML = {"Accept": "text/html,application/xhtml+xml"}
JWT_SECRET = "a-secret-that-is-long-enough-for-hs256"  # noqa: S105  of this test alone
CATALOGUES = [(*OURS,), *((name,) for name in OTHERS)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx2.AsyncClient]:
    with ToolServer(create_execution_stand_in) as executor:
        settings = make_api_settings(tmp_path_factory.mktemp("developer"))
        # Without vectors: while they are made ready, one prompt is not the next.
        changes = {"execution_server_url": f"http://127.0.0.1:{executor.port}", "chroma_url": NOWHERE}
        settings = settings.model_copy(update=changes)
        async with opened_app(settings) as client:
            yield client


@pytest.mark.asyncio(loop_scope="module")
async def test_browsers_get_a_page_and_programs_get_json(api: httpx2.AsyncClient) -> None:
    for path in ("/debug/mcp-tools", "/debug/system-prompt", "/monitoring"):
        page, data = await api.get(path, headers=HTML), await api.get(path)
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert page.headers["vary"] == "Accept"
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert data.json()["success"] is True


@pytest.mark.asyncio(loop_scope="module")
async def test_no_secret_leaves_the_server(api: httpx2.AsyncClient) -> None:
    for headers in (HTML, {}):
        text = (await api.get("/debug/mcp-tools", headers=headers)).text
        assert not [secret for secret in SECRETS if secret in text]
        assert "password=***" in text
        assert "using key ***" in text
    assert HOSTILE not in (await api.get("/debug/mcp-tools", headers=HTML)).text


@pytest.mark.asyncio(loop_scope="module")
async def test_every_tool_is_there_with_its_arguments_and_a_call(api: httpx2.AsyncClient) -> None:
    data = (await api.get("/debug/mcp-tools")).json()["data"]
    latencies = {server["name"]: server["latency_ms"] for server in data["servers"]}
    assert latencies == {"financial": 4.5, "analytics": 4.5, "validation": 4.5, "broken": None}
    page = (await api.get("/debug/mcp-tools", headers=HTML)).text
    for tool in data["tools"]:
        assert f'id="{tool["name"]}"' in page
        compile(tool["example"], tool["name"], "eval")


@pytest.mark.asyncio(loop_scope="module")
async def test_the_filter_wants_all_words(api: httpx2.AsyncClient) -> None:
    query = {"q": "calculate SHARPE"}
    names = [
        tool["name"] for tool in (await api.get("/debug/mcp-tools", params=query)).json()["data"]["tools"]
    ]
    assert "calculate_sharpe_ratio" in names
    assert len(names) < 10
    page = (await api.get("/debug/mcp-tools", params=query, headers=HTML)).text
    assert 'id="alpaca_market_stocks_bars"' not in page


@pytest.mark.asyncio(loop_scope="module")
async def test_the_prompt_is_shown_by_its_parts_and_as_it_is_sent(api: httpx2.AsyncClient) -> None:
    query = {"question": "How volatile was KO & PEP?"}
    data = (await api.get("/debug/system-prompt", params=query)).json()["data"]
    sent = await api.get("/debug/system-prompt", params={**query, "form": "text"}, headers=HTML)
    assert sent.headers["content-type"] == "text/plain; charset=utf-8"
    assert sent.text == data["system_prompt"]
    assert all(part["text"] in sent.text for part in data["parts"])
    page = (await api.get("/debug/system-prompt", params=query, headers=HTML)).text
    for heading in ("Fixed instructions", "Tool list", "Examples", "Question"):
        assert f">{heading}\n" in page
    assert 'value="How volatile was KO &amp; PEP?"' in page


@pytest.mark.parametrize("servers", CATALOGUES, ids="+".join)
def test_an_example_call_is_one_that_the_schema_accepts(servers: tuple[str, ...]) -> None:
    tools = read_catalogue(*servers).tools
    assert tools
    for tool in tools:
        given: list[dict[str, object]] = []
        names = {tool.name: lambda given=given, **values: given.append(values)}
        eval(write_example(tool), names)  # noqa: S307  the page's own text
        published = {name: python for python, name in parameter_names(tool.input_schema).items()}
        arguments = {published[name]: value for name, value in given[0].items()}
        problems = jsonschema_rs.validator_for(tool.input_schema).iter_errors(arguments)
        assert not [f"{tool.name}: {problem.message}" for problem in problems]


def test_a_schema_becomes_a_table() -> None:
    schema = {
        "type": "object",
        "required": ["from"],
        "properties": {
            "limit": {"type": "integer", "default": 10, "minimum": 1, "maximum": 50, "description": "rows"},
            "from": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
        },
    }
    rows = [vars(row) for row in list_arguments(Tool(name="t", server="s", input_schema=schema))]
    assert rows[0] == {
        "name": "from_",
        "type": "str | None",
        "is_required": True,
        "default": "",
        "limits": "date",
        "description": "",
    }
    assert rows[1] == {
        "name": "limit",
        "type": "int",
        "is_required": False,
        "default": "10",
        "limits": "at least 1; at most 50",
        "description": "rows",
    }


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("postgresql://me:pass1234@db/x", "postgresql://***@db/x"),
        ('{"api_key": "abcdef"}', '{"api_key": "***"}'),
        ("EODHD_API_TOKEN=abcdef next", "EODHD_API_TOKEN=*** next"),
        ("Authorization: Basic dXNlcjpwYXNzd29yZA==", "Authorization: *** ***"),
        ("the house secret is the-known-one!", "the house secret is ***"),
        ("Basic fundamentals of a token economy", "Basic fundamentals of a token economy"),
    ],
)
def test_what_is_or_looks_like_a_secret_is_masked(said: str, shown: str) -> None:
    settings = ApiSettings(_env_file=None, jwt_secret=SecretStr("the-known-one!" * 3))
    known = settings.model_copy(update={"jwt_secret": SecretStr("the-known-one!")})
    assert Masking(known).message(said) == shown


def test_a_changed_template_is_told_from_the_one_before(tmp_path: Path) -> None:
    templates = Templates()
    first = PromptVersions(tmp_path, templates)
    first.keep()
    assert first.change() is None
    templates.version = "changed"
    name = templates.names[0]
    templates._sources[name] += "Never round a price."
    second = PromptVersions(tmp_path, templates)
    second.keep()
    change = second.change()
    assert change is not None
    assert change.previous == Templates().version
    assert [line.text for line in change.lines if line.kind == "added"] == [f"{name}: Never round a price."]
    assert not [line for line in change.lines if line.kind == "removed"]


def basic(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"me:{password}".encode()).decode()}


async def test_with_access_control_only_administrators_see_them(tmp_path: Path) -> None:
    settings = make_api_settings(tmp_path, jwt_secret=SecretStr(JWT_SECRET), enable_api_keys=True)
    async with opened_app(settings) as api:
        admin = write_token(settings, "ann", is_administrator=True)
        other = write_token(settings, "bob")
        keys = storage_of(api).api_keys
        _, key = await keys.create("ann", "desk", is_administrator=True)
        for path in ("/monitoring", "/debug/mcp-tools", "/debug/system-prompt"):
            nobody = await api.get(path, headers=HTML)
            assert (nobody.status_code, nobody.json()["error"]["code"]) == (401, "UNAUTHENTICATED")
            assert nobody.headers["www-authenticate"].startswith("Basic ")
            assert (await api.get(path, headers=basic(other))).status_code == 403
            assert (await api.get(path, headers=basic("wrong"))).status_code == 401
            for headers in (
                basic(admin),
                basic(key),
                {"Authorization": f"Bearer {admin}"},
                {"X-API-Key": key},
            ):
                assert (await api.get(path, headers=headers)).status_code in (200, 503)
        # A browser sends the password to every address by itself: those that change something do not take it.
        assert (await api.get("/executions", headers=basic(admin))).status_code == 401


async def test_production_has_figures_but_no_debug_pages(tmp_path: Path) -> None:
    async with opened_app(make_api_settings(tmp_path, qna_environment="production")) as api:
        assert (await api.get("/debug/mcp-tools", headers=HTML)).status_code == 404
        page = await api.get("/monitoring", headers=HTML)
        assert page.status_code == 200
        assert "/debug/" not in page.text
    assert not (tmp_path / "prompt_versions").exists()
