"""The first visit: what is simulated on this installation, and what is not."""

from functools import partial
from pathlib import Path

from playwright.sync_api import Page, expect
from pydantic import SecretStr

from api_server.app import create_app
from tests.browser.reader import Reader, next_reader
from tests.doubles.api_app import NOWHERE, make_api_settings
from tests.doubles.execution_server import ExecutionServer
from tests.doubles.tool_server import ToolServer


def test_the_first_visit_says_what_is_simulated_until_it_is_understood(newcomer: Reader) -> None:
    newcomer.open()
    notice = newcomer.find("#offline-notice")
    expect(notice).to_contain_text("simulated market")
    expect(notice).to_contain_text("ANTHROPIC_API_KEY")
    newcomer.button("Understood").click()
    expect(notice).to_have_count(0)
    newcomer.page.reload()
    expect(newcomer.find(".example")).to_have_count(6)
    expect(notice).to_have_count(0)


def test_an_installation_with_keys_and_a_real_market_says_nothing(
    window: Page, executor: ExecutionServer, tmp_path: Path
) -> None:
    settings = make_api_settings(tmp_path, anthropic_api_key=SecretStr("sk-test"), anthropic_base_url=NOWHERE)
    settings = settings.model_copy(update={"execution_server_url": executor.url})
    server = ToolServer(partial(create_app, settings))
    server.start()
    try:
        with next_reader(window, server.url.removesuffix("/mcp")) as newcomer:
            with newcomer.page.expect_response("**/questions/examples") as told:
                newcomer.open()
            assert told.value.ok
            newcomer.page.wait_for_load_state("networkidle")
            expect(newcomer.find("#offline-notice")).to_have_count(0)
    finally:
        server.stop(in_order=True)
