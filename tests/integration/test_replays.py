"""Two hundred random runs of recipes, and scripts that lean on chance, replayed to the byte elsewhere."""

import os
import random
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from api_server.trust.replay import judge_replay, replay_request
from prompts.library import Recipe, load_library
from schemas.execution import ExecutionReport, Outcome
from schemas.replay import DivergenceKind, Replay, TapedRun
from tests.doubles.execution_server import ExecutionServer, running_server
from tests.doubles.house_tools import create_house_tools
from tests.doubles.tool_server import ToolServer

RUNS = 200
PATIENCE_SECONDS = 120
SAME_SHARE = 0.9
"""Of the runs: what is summed otherwise by a newer Python or numpy differs in its last digit."""
SYMBOLS = ["AAPL", "MSFT", "KO", "JPM", "XOM", "NVDA", "AMD", "PG", "TSLA", "NOSUCH"]
HEAD = "import random\nfrom datetime import date, datetime\nimport numpy as np\nimport pandas as pd\n"
CHANCE = {
    "set iteration": "result = [list({f'k{n}' for n in range(500)}), list(frozenset('abcdef'))]",
    "unseeded numpy": "result = [np.random.rand(9), np.random.default_rng().normal(size=9)]",
    "unseeded random": "result = [random.random(), random.sample(range(99), 9), random.Random().random()]",
    "the clock": "result = [datetime.now(), date.today(), pd.Timestamp.now(), pd.Timestamp.today()]",
    "threads of BLAS": (
        "a = np.random.rand(400, 400)\nresult = [(a @ a).sum(), *np.linalg.svd(a)[1][:5], np.linalg.det(a)]"
    ),
    "dict order": "result = {k: v for v, k in enumerate({f'k{n}': n for n in {'x', 'y', 'z', 'w'}})}",
    "hashes": "result = [hash('a'), hash(('b', 1.5)), sorted(map(str, {1.5, 'a', (2,)}), key=hash)]",
    "sampling": "result = pd.DataFrame({'a': range(50)}).sample(7)['a'].tolist()",
}
VERSION = re.compile(r"^version = 3\.(?P<minor>\d+)", re.MULTILINE)


def find_others() -> list[Path]:
    """Environments of other Pythons than this one that `make setup PYTHON=…` has made."""
    made = sorted(stamp.parent for stamp in Path(__file__).parents[2].glob(".venv*/.installed"))
    versions = {folder: VERSION.search((folder / "pyvenv.cfg").read_text("utf-8")) for folder in made}
    ours = str(sys.version_info.minor)
    return [folder for folder, found in versions.items() if found and found["minor"] != ours]


OTHERS: list[Path | None] = [*find_others()] or [None]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExecutionServer]:
    folder = tmp_path_factory.mktemp("original")
    with ToolServer(create_house_tools) as tools, running_server(folder, tools) as server:
        server.http.timeout = PATIENCE_SECONDS
        yield server


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExecutionServer]:
    """A fresh server that has no tools at all."""
    with running_server(tmp_path_factory.mktemp("elsewhere"), ToolServer(lambda: None)) as server:
        server.http.timeout = PATIENCE_SECONDS
        yield server


def taped(report: ExecutionReport) -> TapedRun:
    assert report.tape is not None
    # As it comes out of storage or a file.
    body = TapedRun(tape=report.tape, report=report.model_copy(update={"tape": None})).model_dump_json()
    return TapedRun.model_validate_json(body)


def replay(server: ExecutionServer, run: TapedRun) -> Replay:
    body = replay_request(run, f"replay-{id(run)}").model_dump_json()
    reply = server.http.post("/execute", content=body, headers={"content-type": "application/json"})
    assert reply.status_code == 200, reply.text
    return judge_replay(run, ExecutionReport.model_validate_json(reply.content))


def draw(recipe: Recipe, chance: random.Random) -> dict[str, Any]:
    """Random values for what a person would change."""
    drawn: dict[str, Any] = {}
    for name, schema in recipe.parameters["properties"].items():
        if name == "symbols":
            drawn[name] = chance.sample(SYMBOLS, chance.randint(2, 4))
        elif name == "symbol":
            drawn[name] = chance.choice(SYMBOLS)
        elif name in ("days", "top", "window", "candidates"):
            drawn[name] = chance.randint(2, 40)
        elif "enum" in schema:
            drawn[name] = chance.choice(schema["enum"])
    return drawn


def run_all(work: Callable[[Any], Any], items: list[Any]) -> list[Any]:
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(work, items))


@pytest.fixture(scope="module")
def runs(original: ExecutionServer) -> list[TapedRun]:
    """What random runs of random recipes recorded."""
    chance = random.Random(7)  # noqa: S311  the same runs every time
    recipes = load_library().recipes
    asked = [(recipe, draw(recipe, chance)) for recipe in (chance.choice(recipes) for _ in range(RUNS))]
    recorded: list[TapedRun] = run_all(
        lambda one: taped(original.execute(one[0].source, parameters=one[1], timeout_seconds=120)), asked
    )
    ended = [run.report.outcome for run in recorded]
    assert ended.count(Outcome.COMPLETED) > RUNS / 2
    assert set(ended) <= {Outcome.COMPLETED, Outcome.RAISED, Outcome.REFUSED}
    return recorded


@pytest.mark.timeout(600)
def test_random_recipe_runs_are_replayed_to_the_byte_in_a_fresh_process_without_tools(
    runs: list[TapedRun], elsewhere: ExecutionServer
) -> None:
    verdicts = run_all(lambda run: replay(elsewhere, run), runs)
    assert [verdict.divergences for verdict in verdicts] == [[]] * RUNS
    assert [verdict.changed_versions for verdict in verdicts] == [[]] * RUNS


def test_a_run_that_was_refused_for_its_parameters_is_refused_again(
    original: ExecutionServer, elsewhere: ExecutionServer
) -> None:
    script = "def analyze(days: int = 2) -> dict:\n    return {'days': days}"
    run = taped(original.execute(script, parameters={"days": "many"}))
    assert run.report.outcome is Outcome.REFUSED
    assert replay(elsewhere, run).divergences == []


@pytest.mark.parametrize("script", CHANCE.values(), ids=[name.replace(" ", "-") for name in CHANCE])
def test_what_leans_on_chance_is_replayed_to_the_byte(
    original: ExecutionServer, elsewhere: ExecutionServer, script: str
) -> None:
    run = taped(original.execute(HEAD + script))
    assert run.report.success, run.report.error
    assert replay(elsewhere, run).divergences == []
    assert replay(original, run).divergences == []


@pytest.fixture(scope="module", params=OTHERS, ids=lambda folder: folder and folder.name)
def other_python(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ExecutionServer]:
    """A server without tools on another Python than this one."""
    if request.param is None:
        if os.environ.get("CI"):
            pytest.fail("CI makes an environment of another Python")
        pytest.skip("`make setup PYTHON=python3.12` makes an environment of another Python")
    python = str(request.param / "bin" / "python")
    folder = tmp_path_factory.mktemp("other")
    with running_server(folder, ToolServer(lambda: None), python=python) as server:
        server.http.timeout = PATIENCE_SECONDS
        yield server


@pytest.mark.timeout(600)
def test_another_python_gives_the_same_bytes_or_the_divergence_is_named_with_the_version(
    original: ExecutionServer, runs: list[TapedRun], other_python: ExecutionServer
) -> None:
    leaning = [taped(original.execute(HEAD + script)) for script in CHANCE.values()]
    verdicts = run_all(lambda run: replay(other_python, run), [*runs, *leaning])
    for verdict in verdicts:
        assert "python" in [change.name for change in verdict.changed_versions]
        for divergence in verdict.divergences:
            assert divergence.path or divergence.kind is not DivergenceKind.RESULT
            assert divergence.message
    assert sum(verdict.is_identical for verdict in verdicts) > len(verdicts) * SAME_SHARE


def test_a_changed_answer_on_the_tape_is_found_at_its_place(
    original: ExecutionServer, elsewhere: ExecutionServer
) -> None:
    recipe = load_library().find("latest_price")
    run = taped(original.execute(recipe.source))
    call = run.tape.calls[0]

    def grow(value: Any) -> Any:
        match value:
            case dict():
                return {name: grow(part) for name, part in value.items()}
            case list():
                return [grow(part) for part in value]
            case float():
                return value * 2
        return value

    changed = call.model_copy(update={"response": grow(call.response)})
    forged = run.model_copy(
        update={"tape": run.tape.model_copy(update={"calls": [changed, *run.tape.calls[1:]]})}
    )
    kinds = {divergence.kind: divergence for divergence in replay(elsewhere, forged).divergences}
    assert kinds.keys() >= {DivergenceKind.RESULT, DivergenceKind.CALL_NOT_MADE}
    found = kinds[DivergenceKind.RESULT]
    assert found.path
    assert found.recorded != found.replayed
    assert kinds[DivergenceKind.CALL_NOT_MADE].tool == call.tool


def test_a_changed_script_and_a_changed_version_are_named(
    original: ExecutionServer, elsewhere: ExecutionServer
) -> None:
    run = taped(original.execute("result = 1"))
    older = {**run.tape.packages, "numpy": "1.0"}
    tape = run.tape.model_copy(update={"script": "result = 2", "packages": older, "policy_version": "old"})
    verdict = replay(elsewhere, run.model_copy(update={"tape": tape}))
    assert [divergence.kind for divergence in verdict.divergences] == [
        DivergenceKind.SCRIPT,
        DivergenceKind.RESULT,
    ]
    assert {change.name: change.recorded for change in verdict.changed_versions} == {
        "numpy": "1.0",
        "policy": "old",
    }
