"""One taped run made several times on other answers, in one child for as long as that child can."""

from collections.abc import Iterator
from typing import Any

import pytest

from schemas.execution import ExecutionReport, OffTape, Outcome, VariantReports
from tests.doubles.execution_server import ExecutionServer, running_server
from tests.doubles.running_house import wait_until
from tests.doubles.sources_desk import create_sources_desk
from tests.doubles.tool_server import ToolServer

SCRIPT = """
from mcp_client import quote

price = quote(symbol="AAA")["data"]["price"]
if price < 0:
    raise ValueError("below nothing")
while price == 2000:
    pass
while price > 2000:
    print("x" * 100_000)
result = {"description": str(price), "body": []}
"""


@pytest.fixture(scope="module")
def jail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExecutionServer]:
    with (
        ToolServer(create_sources_desk) as desk,
        running_server(tmp_path_factory.mktemp("variants"), desk) as server,
    ):
        yield server


def quoted(price: float) -> dict[str, Any]:
    """Another answer of the first call."""
    return {"0": {"data": {"price": price}}}


def run(jail: ExecutionServer, answers: list[dict[str, Any]], **request: Any) -> list[ExecutionReport]:
    tape = jail.execute(SCRIPT).tape
    assert tape is not None
    body = jail.body(SCRIPT, tape=tape.model_dump(mode="json"), off_tape=OffTape.APPROXIMATE, **request)
    reply = jail.http.post("/execute/variants", json={"request": body, "answers": answers})
    assert reply.status_code == 200, reply.text
    return VariantReports.model_validate_json(reply.content).reports


def test_each_variant_gets_its_answers_and_the_rest_from_the_tape(jail: ExecutionServer) -> None:
    reports = run(jail, [quoted(7), {}, quoted(8), {}])
    assert [report.result["description"] for report in reports] == ["7", "100.0", "8", "100.0"]
    assert len({report.execution_id for report in reports}) == 4


def test_a_variant_that_ends_badly_does_not_end_the_next(jail: ExecutionServer) -> None:
    outcomes = [report.outcome for report in run(jail, [quoted(-1), {}, quoted(3000), quoted(-1), {}])]
    assert outcomes == [
        Outcome.RAISED,
        Outcome.COMPLETED,
        Outcome.TOO_MUCH_OUTPUT,
        Outcome.RAISED,
        Outcome.COMPLETED,
    ]


def test_all_variants_together_have_the_time_of_one_run(jail: ExecutionServer) -> None:
    reports = run(jail, [{}, quoted(2000), {}], timeout_seconds=1)
    assert [report.outcome for report in reports] == [Outcome.COMPLETED, Outcome.TIMED_OUT]


def test_no_child_is_left_when_the_last_variant_is_over(jail: ExecutionServer) -> None:
    for _ in range(5):
        run(jail, [{}, quoted(7), quoted(-1)])
    wait_until(jail.is_at_rest)


@pytest.mark.parametrize("answers", [[], [{"1": 1}], [{"-1": 1}], [{"x": 1}], [{}] * 100])
def test_answers_of_no_call_are_refused(jail: ExecutionServer, answers: list[Any]) -> None:
    tape = jail.execute(SCRIPT).tape
    assert tape is not None
    body = {"request": jail.body(SCRIPT, tape=tape.model_dump(mode="json")), "answers": answers}
    assert jail.http.post("/execute/variants", json=body).status_code == 422
    assert jail.http.post("/execute/variants", json={"request": jail.body(SCRIPT), "answers": [{}]}).is_error
