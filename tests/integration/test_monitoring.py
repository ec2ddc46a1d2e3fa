"""What an operator is shown equals what is in the database."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import numpy as np
import pytest
import pytest_asyncio

from api_server.developer_pages.line_picture import draw_lines
from api_server.monitoring.courses import STRETCHES
from api_server.monitoring.execution_server import read_figures
from api_server.monitoring.figures import p95
from api_server.storage.activity import ActivityStore
from schemas.monitoring import LineChart, Monitoring, Series, Span
from schemas.wire import utc_now
from tests.doubles.api_app import make_api_settings, opened_app, storage_of
from tests.doubles.databases import BACKENDS, make_settings, migrate, opened_stores
from tests.doubles.developer_house import HOSTILE, create_execution_stand_in, seed_house
from tests.doubles.execution_server import ExecutionServer
from tests.doubles.tool_server import ToolServer

HTML = {"Accept": "text/html,application/xhtml+xml"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx2.AsyncClient]:
    with ToolServer(create_execution_stand_in) as executor:
        settings = make_api_settings(tmp_path_factory.mktemp("monitoring"))
        settings = settings.model_copy(update={"execution_server_url": f"http://127.0.0.1:{executor.port}"})
        async with opened_app(settings) as client:
            await seed_house(storage_of(client), utc_now())
            yield client


async def read(api: httpx2.AsyncClient, span: Span) -> Monitoring:
    reply = await api.get("/monitoring", params={"span": span})
    assert reply.status_code == 200, reply.text
    return Monitoring.model_validate(reply.json()["data"])


@pytest.mark.asyncio(loop_scope="module")
async def test_questions_are_counted_by_what_became_of_them(api: httpx2.AsyncClient) -> None:
    hour = (await read(api, Span.HOUR)).questions
    assert (hour.asked, hour.open, hour.succeeded, hour.partial, hour.failed, hour.stopped) == (
        6,
        1,
        2,
        1,
        1,
        1,
    )
    assert (hour.success_rate, hour.partial_rate, hour.error_rate) == (2 / 5, 1 / 5, 1 / 5)
    assert hour.other_runs == {"rerun": 1}
    assert [(await read(api, span)).questions.asked for span in Span] == [6, 7, 8]


@pytest.mark.asyncio(loop_scope="module")
async def test_time_to_answer_is_whole_and_by_stage(api: httpx2.AsyncClient) -> None:
    stages = {each.stage: each for each in (await read(api, Span.HOUR)).stages}
    assert stages["all"].questions == 3
    assert stages["all"].median_ms == 1000.0
    assert stages["write"].median_ms == 1400.0
    assert stages["run"].p95_ms == pytest.approx(np.percentile([100.0, 1100.0], 95))
    assert stages["reuse"].p95_ms == 2.0


@pytest.mark.asyncio(loop_scope="module")
async def test_calls_of_an_answer_from_the_cache_were_not_made_again(api: httpx2.AsyncClient) -> None:
    figures = await read(api, Span.HOUR)
    assert [(each.tool, each.calls, each.from_cache, each.failed) for each in figures.tools] == [
        ("stock_bars", 5, 1, 0),
        ("company_news", 1, 0, 1),
    ]
    assert figures.tools[1].errors == {"rate_limited": 1}
    caches = figures.caches
    assert (caches.answers, caches.answers_from_cache, caches.scripts_reused) == (3, 1, 1)
    assert (caches.calls, caches.calls_from_cache, caches.call_hit_rate) == (6, 1, 1 / 6)


@pytest.mark.asyncio(loop_scope="module")
async def test_tokens_cost_and_rejections_are_added_up(api: httpx2.AsyncClient) -> None:
    figures = await read(api, Span.HOUR)
    (model,) = figures.models
    assert (model.questions, model.input_tokens, model.output_tokens, model.cached_tokens) == (
        2,
        2000,
        400,
        1200,
    )
    assert (model.cost_usd, model.unpriced) == (0.02, 1)
    assert [(rule.code, rule.findings) for rule in figures.rejections] == [
        ("IMPORT_REFUSED", 2),
        ("SYNTAX", 1),
    ]


@pytest.mark.asyncio(loop_scope="module")
async def test_the_slowest_and_the_failed_are_linked_but_not_other_users(api: httpx2.AsyncClient) -> None:
    day = await read(api, Span.DAY)
    assert [run.duration_ms for run in day.slowest][:3] == [9000.0, 3000.0, 1000.0]
    assert day.slowest[0].address == "/q/exec_7/runs/exec_7"
    own, other = day.failed
    assert (own.error_code, own.address) == ("SCRIPT_RAISED", "/q/exec_4/runs/exec_4")
    assert (other.error_code, other.question, other.address) == ("CANNOT_ANSWER", None, None)


@pytest.mark.asyncio(loop_scope="module")
async def test_the_lines_add_up_to_the_figures(api: httpx2.AsyncClient) -> None:
    for span in Span:
        figures = await read(api, span)
        lines = {(chart.title, each.name): each.values for chart in figures.charts for each in chart.series}
        assert {len(values) for values in lines.values()} == {STRETCHES[span]}
        assert sum(value or 0 for value in lines["Questions", "asked"]) == figures.questions.asked
        assert sum(value or 0 for value in lines["Questions", "failed"]) == figures.questions.failed
        assert sum(value or 0 for value in lines["Data calls", "made"]) == figures.caches.calls
        assert sum(value or 0 for value in lines["Cost of models", "cost"]) == pytest.approx(0.02)
    busy = (
        next(chart for chart in (await read(api, Span.HOUR)).charts if "at once" in chart.title)
        .series[0]
        .values
    )
    # Five runs of a second, one of nine, and one that never began, in stretches of 300 seconds.
    assert sum(value or 0 for value in busy) * 300 == pytest.approx(14.0)


@pytest.mark.asyncio(loop_scope="module")
async def test_the_execution_server_tells_its_own_load(api: httpx2.AsyncClient) -> None:
    server = (await read(api, Span.HOUR)).execution_server
    assert (server.is_up, server.running, server.waiting, server.ready) == (True, 2, 3, {"light": 5})
    assert (server.executions, server.tool_calls, server.tool_calls_failed) == (
        {"completed": 7, "raised": 2},
        34,
        4,
    )


@pytest.mark.asyncio(loop_scope="module")
async def test_the_page_shows_the_same_figures_and_can_stop_refreshing(api: httpx2.AsyncClient) -> None:
    page = await api.get("/monitoring", params={"span": "hour"}, headers=HTML)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert '<meta http-equiv="refresh" content="60">' in page.text
    assert '<dd id="success-rate">40.0%' in page.text
    assert "Why &lt;img src=x onerror=alert(1)&gt;?" in page.text
    assert HOSTILE not in page.text
    still = await api.get("/monitoring", params={"span": "hour", "refresh": "false"}, headers=HTML)
    assert "http-equiv" not in still.text
    assert still.text.count("<svg") == still.text.count("Figures of “") == 5


async def test_an_execution_server_that_is_away_is_a_figure_too(tmp_path: Path) -> None:
    async with opened_app(make_api_settings(tmp_path)) as api:
        server = (await read(api, Span.DAY)).execution_server
        assert not server.is_up
        assert "does not answer" in server.detail
        assert "No question was answered." in (await api.get("/monitoring", headers=HTML)).text


@pytest.mark.parametrize("backend", BACKENDS)
def test_both_databases_tell_the_same(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    settings = make_settings(backend, tmp_path, request)
    migrate(settings)
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

    async def run() -> None:
        async with opened_stores(settings) as storage:
            await seed_house(storage, now)
            activity = await ActivityStore(storage.database).read(now - timedelta(hours=1), now)
        assert [run.id for run in activity.runs] == [f"exec_{number}" for number in range(1, 8)]
        assert [len(run.tool_calls) for run in activity.runs] == [2, 2, 1, 1, 0, 0, 1]
        assert [run.is_from_cache for run in activity.runs] == [False, False, True, *[False] * 4]
        assert [finding["code"] for finding in activity.findings].count("IMPORT_REFUSED") == 2

    asyncio.run(run())


def test_the_counters_of_a_real_execution_server_are_understood(executor: ExecutionServer) -> None:
    before = read_figures(executor.http.get("/metrics").text)
    executor.execute("result = 1")
    after = read_figures(executor.http.get("/metrics").text)
    assert after.executions["completed"] == before.executions.get("completed", 0) + 1
    assert after.waiting == 0
    assert {"lean", "full"} <= after.ready.keys()


@pytest.mark.parametrize("count", [1, 2, 3, 20, 100])
def test_the_percentile_is_that_of_numpy(count: int) -> None:
    values = [float(number * 7919 % 101) for number in range(count)]
    assert p95(values) == pytest.approx(float(np.percentile(values, 95)))


def test_a_line_breaks_off_where_nothing_is_known() -> None:
    times = [datetime(2026, 11, 20, hour, tzinfo=UTC) for hour in range(5)]
    series = Series(name="a", values=[0.0, 4.0, None, 2.0, None])
    picture = draw_lines(LineChart(title="", unit="", times=times, series=[series]))
    (line,) = picture.lines
    assert line.path == "M56 136L150 10"  # 0 at the bottom, the largest at the top
    assert line.dots == [(338.0, 73.0)]
    assert [tick.text for tick in picture.ticks] == ["0", "2", "4"]


def test_a_real_execution_server_says_how_quick_its_tool_servers_are(executor: ExecutionServer) -> None:
    servers = executor.http.get("/tools").json()["servers"]
    latencies = {server["name"]: server["latency_ms"] for server in servers if server["state"] == "connected"}
    assert latencies
    assert all(0 < latency < 60_000 for latency in latencies.values()), latencies
