"""Data that is moved keeps the structure that scripts check."""

from typing import Any

import pytest

from api_server.trust.perturbation import Kind, perturb

NUMBERS = [Kind.SHAKEN, Kind.SCALED, Kind.GENTLE, Kind.RAISED, Kind.LOWERED]
BARS: dict[str, Any] = {
    "data": {
        "symbol": "KO",
        "dates": ["2026-01-05", "2026-01-06", "2026-01-07"],
        "open": [10.0, 10.2, 10.1],
        "high": [10.4, 10.2, 10.3],
        "low": [9.9, 10.1, 10.0],
        "close": [10.2, 10.15, 10.3],
        "volume": [1000, 0, 3000],
    },
    "metadata": {"source": "x", "delay": 900, "as_of": "2026-01-07"},
}


@pytest.mark.parametrize("kind", NUMBERS)
def test_only_numbers_move_and_every_type_stays(kind: Kind) -> None:
    moved = perturb(BARS, kind)
    assert moved["metadata"] == BARS["metadata"]
    assert [moved["data"][name] for name in ("symbol", "dates")] == ["KO", BARS["data"]["dates"]]
    assert [type(value) for value in moved["data"]["volume"]] == [int] * 3
    assert moved["data"]["volume"][1] == 0
    assert moved["data"]["close"] != BARS["data"]["close"]


@pytest.mark.parametrize("kind", [Kind.SHAKEN, Kind.SCALED, Kind.GENTLE])
def test_a_bar_stays_a_bar(kind: Kind) -> None:
    data = perturb(BARS, kind)["data"]
    for opened, high, low, close in zip(
        *(data[name] for name in ("open", "high", "low", "close")), strict=True
    ):
        assert low <= min(opened, close) <= max(opened, close) <= high


def test_shaking_moves_ratios_within_a_record_and_between_records() -> None:
    data, moved = BARS["data"], perturb(BARS, Kind.SHAKEN)["data"]
    assert moved["high"][0] / moved["low"][0] != pytest.approx(data["high"][0] / data["low"][0], rel=1e-6)
    assert moved["close"][2] / moved["close"][0] != pytest.approx(
        data["close"][2] / data["close"][0], rel=0.01
    )


def test_scaling_is_by_one_factor() -> None:
    moved = perturb({"a": 2.0, "b": [10, -3.5]}, Kind.SCALED)
    assert moved == {"a": pytest.approx(2.2), "b": [11, pytest.approx(-3.85)]}


def test_a_symmetric_matrix_stays_symmetric() -> None:
    matrix = [[1.0, 0.5, 0.2], [0.5, 1.0, 0.3], [0.2, 0.3, 1.0]]
    moved = perturb({"matrix": matrix}, Kind.SHAKEN)["matrix"]
    assert all(moved[i][j] == moved[j][i] for i in range(3) for j in range(3))


@pytest.mark.parametrize(
    "value", [{"timestamp": 1_767_600_000}, {"year": 2026}, {"id": 7}, {"t": 1_767_600_000}, {"period": 20}]
)
@pytest.mark.parametrize("kind", NUMBERS)
def test_moments_names_and_settings_are_left_alone(value: dict[str, int], kind: Kind) -> None:
    assert perturb(value, kind) == value


@pytest.mark.parametrize("kind", [Kind.SHAKEN, Kind.GENTLE, Kind.RAISED, Kind.LOWERED])
def test_the_same_data_is_always_moved_alike(kind: Kind) -> None:
    assert perturb(BARS, kind) == perturb(BARS, kind)


def test_relabelling_moves_texts_dates_and_truth_values_but_no_number() -> None:
    rows = [{"symbol": "KO", "on": "2026-01-12", "n": 1}, {"symbol": "XOM", "on": "2026-01-13", "n": 2}]
    moved: Any = perturb({"rows": rows, "is_open": True, "name": "Coca-Cola", "side": "buy"}, Kind.RELABELLED)
    assert moved == {
        "rows": [{"symbol": "XOM", "on": "2026-01-05", "n": 1}, {"symbol": "KO", "on": "2026-01-06", "n": 2}],
        "is_open": False,
        "name": "Coca-Cola *",
        "side": "buy",
    }


def test_redating_moves_dates_only_and_keeps_times_and_zones() -> None:
    value = {"a": "2026-01-12T09:30:00Z", "b": "Coca-Cola", "c": "2026-13-99"}
    assert perturb(value, Kind.REDATED) == {**value, "a": "2026-01-05T09:30:00Z"}
