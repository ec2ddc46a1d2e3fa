"""Questions through all five servers: right numbers, and a clear end for whatever goes wrong."""

from collections.abc import Iterator
from importlib import resources
from typing import Any

import httpx2
import pandas as pd
import pytest

from schemas.health import Health
from tests.doubles.running_house import DEADLINE_SECONDS, Running, running_house

SYMBOLS = ("AAPL", "MSFT", "KO", "JPM", "XOM", "AMD")
PERIODS = (
    "2008-01-01 2008-12-31",
    "1999-06-01 2003-05-31",
    "2015-01-01 2019-12-31",
    "2020-02-03 2020-06-30",
    "1990-01-02 2022-12-28",
)
PAIRS = [(symbol, *period.split()) for symbol in SYMBOLS for period in PERIODS]
REFUSED = "CANNOT_ANSWER"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_house(tmp_path_factory.mktemp("house")) as running:
        yield running


@pytest.fixture(scope="module")
def closes() -> pd.DataFrame:
    file = resources.files("skfolio.datasets.data").joinpath("sp500_dataset.csv.gz")
    with resources.as_file(file) as path:
        return pd.read_csv(path, index_col=0, parse_dates=True)


def post(house: Running, path: str = "/analyze", **body: Any) -> httpx2.Response:
    return httpx2.post(f"{house.url}{path}", json=body, trust_env=False, timeout=DEADLINE_SECONDS)


def ask(house: Running, question: str) -> dict[str, Any]:
    reply = post(house, question=question)
    assert reply.status_code == 200, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


def figures(answer: dict[str, Any]) -> dict[str, Any]:
    assert answer["status"] == "success", answer
    return {row["id"]: row["value"] for row in answer["data"]["execution"]["result"]["body"]}


@pytest.mark.parametrize(("symbol", "start", "end"), PAIRS)
def test_volatility_and_drawdown_equal_pandas_on_the_same_closes(
    house: Running, closes: pd.DataFrame, symbol: str, start: str, end: str
) -> None:
    series = closes[symbol].loc[start:end]
    volatility = series.pct_change().std() * 252**0.5
    drawdown = (series / series.cummax() - 1).min()
    found = figures(ask(house, f"How volatile was {symbol} from {start} to {end}?"))
    assert found[symbol] == pytest.approx(volatility, abs=1e-9)
    found = figures(ask(house, f"What was the maximum drawdown of {symbol} from {start} to {end}?"))
    assert min(value for value in found.values() if isinstance(value, float)) == pytest.approx(
        drawdown, abs=1e-9
    )


def test_an_answer_carries_everything_behind_it(house: Running) -> None:
    answer = ask(
        house, "Which of AAPL, MSFT, KO, JPM and XOM was most volatile over the last 60 trading days?"
    )
    data = answer["data"]
    assert answer["success"] is True
    assert answer["status"] == "success"
    assert "def analyze(" in data["python_code"]
    assert set(data["mcp_calls"]) == {"alpaca_market_stocks_multi_bars", "calculate_volatility"}
    assert data["parameters"]["schema"]["properties"]["symbols"]["type"] == "array"
    assert data["parameters"]["values"]["days"] == 60
    assert data["execution_id"].startswith("exec_")
    assert data["session_id"].startswith("sess_")
    assert [stage["stage"] for stage in data["stages"]] == [
        "understand",
        "reuse",
        "validate",
        "run",
        "present",
    ]
    calls = data["execution"]["metadata"]["tool_calls"]
    bars = [call for call in calls if call["tool"] == "alpaca_market_stocks_multi_bars"]
    assert {call["metadata"]["source"] for call in bars} == {"sample"}
    assert {call["metadata"]["as_of"] for call in bars} == {"2022-12-28"}
    assert not any(call["metadata"]["simulated"] for call in bars)


def test_symbols_that_only_the_simulation_has_take_the_others_with_them(house: Running) -> None:
    data = ask(house, "Compare KO and TSLA over the last year")["data"]
    metadata = data["execution"]["metadata"]
    assert metadata["data_sources"] == ["simulated"]
    fetched = [call["metadata"] for call in metadata["tool_calls"] if "source" in call["metadata"]]
    assert {label["simulated"] for label in fetched} == {True}
    assert not any("mixed" in warning for warning in metadata["warnings"])


@pytest.mark.parametrize("question", ["What is the weather in Paris?", "AAPL option chain for March"])
def test_what_cannot_be_answered_says_what_is_missing(house: Running, question: str) -> None:
    reply = post(house, question=question)
    problem = reply.json()
    assert reply.status_code == 422
    assert problem["error"]["code"] == REFUSED
    assert problem["error"]["details"]["missing"]
    nearest = problem["error"]["details"]["nearest_question"]
    assert figures(ask(house, nearest))


def test_an_unknown_symbol_is_named_with_the_known_ones(house: Running) -> None:
    answer = ask(house, "How volatile was ZZZZQ in 2010?")
    assert answer["status"] == "raised"
    error = answer["data"]["execution"]["error"]
    assert error["details"]["tool_error"]["code"] == "unknown_symbol"
    assert "ZZZZQ" in error["message"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('{"question": ""}', "EMPTY_QUESTION"),
        ('{"question": " \\n "}', "EMPTY_QUESTION"),
        ('{"question": "%s"}' % ("x" * 1001), "INVALID_REQUEST"),
        ('{"question": ', "INVALID_JSON"),
        ('{"question": "How volatile was KO?", "modle": "x"}', "INVALID_REQUEST"),
        ('{"question": "How volatile was KO?", "model": "gpt-9"}', "UNKNOWN_MODEL"),
    ],
)
def test_a_bad_request_has_the_one_error_shape(house: Running, content: str, code: str) -> None:
    headers = {"Content-Type": "application/json"}
    reply = httpx2.post(f"{house.url}/analyze", content=content, headers=headers, trust_env=False)
    problem = reply.json()
    assert reply.status_code == 422
    assert set(problem) == {"success", "error", "recovery_suggestions", "timestamp", "request_id"}
    assert problem["success"] is False
    assert problem["error"]["code"] == code
    assert problem["request_id"] == reply.headers["x-request-id"]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nothing", 404), ("GET", "/analyze", 405)])
def test_an_unknown_address_has_the_one_error_shape(
    house: Running, method: str, path: str, status: int
) -> None:
    reply = httpx2.request(method, f"{house.url}{path}", trust_env=False)
    assert reply.status_code == status
    assert reply.json()["error"]["code"] in ("NOT_FOUND", "METHOD_NOT_ALLOWED")


def test_health_asks_every_part(house: Running) -> None:
    health = Health.model_validate(httpx2.get(f"{house.url}/health", trust_env=False).json())
    assert health.status == "up"
    assert [part.name for part in health.parts] == [
        "llm",
        "database",
        "vectors",
        "cache",
        "events",
        "rate_limits",
        "executor",
        "jail",
        "tool_answers",
        "financial",
        "analytics",
        "validation",
    ]


def test_examples_say_what_is_not_real(house: Running) -> None:
    told = httpx2.get(f"{house.url}/questions/examples", trust_env=False).json()
    assert len(told["questions"]) == 6
    assert (told["is_offline"], told["is_simulated"]) == (True, True)


def test_models_marks_the_default(house: Running) -> None:
    models = httpx2.get(f"{house.url}/models", trust_env=False).json()["models"]
    assert [model["id"] for model in models if model["default"]] == ["offline-analyst"]


def test_the_tools_are_shown_with_stubs_that_compile(house: Running) -> None:
    data = httpx2.get(f"{house.url}/debug/mcp-tools", trust_env=False).json()["data"]
    assert {server["state"] for server in data["servers"]} == {"connected"}
    names = {tool["name"] for tool in data["tools"]}
    assert {"alpaca_market_stocks_bars", "calculate_sharpe_ratio", "validate_python_script"} <= names
    for tool in data["tools"]:
        compile(tool["stub"], tool["name"], "exec")


def test_the_system_prompt_holds_the_tools_and_the_question(house: Running) -> None:
    question = "How volatile was KO in 2010?"
    reply = httpx2.get(f"{house.url}/debug/system-prompt", params={"question": question}, trust_env=False)
    prompt = reply.json()["data"]["system_prompt"]
    assert "def calculate_volatility(" in prompt
    assert question in prompt
