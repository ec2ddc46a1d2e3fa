"""T9 and part of T7: marks stand where the data say, and the data can be read without seeing them."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.reader import PREPARED, Reader
from tests.doubles.page_house import PageHouse
from tests.doubles.page_scripts import answer_of, make_days, make_walk, returning
from tests.doubles.page_writer import writes


def show(reader: Reader, house: PageHouse, chart: dict[str, Any]) -> None:
    """Have an answer with one chart."""
    house.courses["prepared"] = writes(returning(answer_of(charts=[chart])), is_final=True)
    reader.open().ask(PREPARED)
    expect(reader.find("price-chart figure")).to_be_visible()


def series(name: str, x: list[Any], y: list[Any]) -> dict[str, Any]:
    return {"name": name, "x": x, "y": y}


def points_of(path: str) -> list[tuple[float, float]]:
    """The corners of an SVG path that has only moves and lines."""
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)]


def ticks_of(reader: Reader) -> list[tuple[float, float]]:
    """Pixel and value of each tick of the value axis."""
    found = reader.probe("ticks")
    return [(pixel, float(re.sub(r"[^\d.-]", "", text))) for pixel, text in found]


def value_at(ticks: list[tuple[float, float]], pixel: float) -> float:
    """The value at a pixel of a linear axis."""
    (low, low_value), (high, high_value) = ticks[0], ticks[-1]
    return low_value + (pixel - low) / (high - low) * (high_value - low_value)


def label(reader: Reader) -> str:
    return reader.find("svg.plot").get_attribute("aria-label") or ""


@pytest.mark.parametrize("kind", ["line", "area"])
def test_a_line_passes_through_its_values_and_breaks_at_gaps(
    reader: Reader, house: PageHouse, kind: str
) -> None:
    days, values = make_days(6), [100.0, 110.0, None, 130.0, 90.0, 120.0]
    show(reader, house, {"type": kind, "title": "Closes", "series": [series("AAPL", days, values)]})
    path = reader.find(".line.series-1").get_attribute("d") or ""
    assert path.count("M") == 2
    ticks = ticks_of(reader)
    drawn = [value_at(ticks, y) for _, y in points_of(path)]
    assert drawn == pytest.approx([value for value in values if value is not None], abs=0.3)
    assert reader.find(".area").count() == (1 if kind == "area" else 0)
    assert label(reader) == (
        f"Closes. {kind.title()} chart. AAPL: from 100 (2 Jan 2024) to 120 (9 Jan 2024), "
        "lowest 90, highest 130."
    )


def test_candles_have_their_four_prices_their_volume_and_lines_over_them(
    reader: Reader, house: PageHouse
) -> None:
    days = make_days(3)
    prices = {"open": [10, 12, 11], "high": [13, 14, 12], "low": [9, 10, 8], "close": [12, 11, 9]}
    chart = {"type": "candlestick", "title": "AAPL", "x": days, **prices, "volume": [5, 9, 7]}
    show(reader, house, {**chart, "series": [series("SMA 2", days, [None, 11.5, 10])]})
    ticks = ticks_of(reader)
    rising = reader.find(".candles.up").get_attribute("d") or ""
    falling = reader.find(".candles.down").get_attribute("d") or ""
    assert (rising.count("M"), falling.count("M")) == (2, 4)
    wick = re.match(r"M[\d.]+ ([\d.]+)V([\d.]+)", rising)
    assert wick is not None
    assert [value_at(ticks, float(pixel)) for pixel in wick.groups()] == pytest.approx([13, 9], abs=0.05)
    body = re.search(r"M[\d.]+ ([\d.]+)H[\d.]+V([\d.]+)H", rising)
    assert body is not None
    assert [value_at(ticks, float(pixel)) for pixel in body.groups()] == pytest.approx([12, 10], abs=0.05)
    assert (reader.find(".volume").get_attribute("d") or "").count("M") == 3
    expect(reader.find(".line.series-1")).to_have_count(1)
    expect(reader.find(".legend")).to_contain_text("close 9")
    reader.button("Data").click()
    rows = reader.find(".chart-table tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.first).to_have_text(re.compile(r"4 Jan 2024\s*11\s*12\s*8\s*9\s*7\s*10"))


@pytest.mark.parametrize("stacked", [False, True])
def test_bars_reach_their_values_side_by_side_or_on_one_another(
    reader: Reader, house: PageHouse, *, stacked: bool
) -> None:
    names = ["Q1", "Q2"]
    chart = {"type": "bar", "title": "Revenue", "stacked": stacked}
    show(reader, house, {**chart, "series": [series("A", names, [10, 20]), series("B", names, [30, -5])]})
    ticks = ticks_of(reader)
    second = re.findall(
        r"M([\d.]+) ([\d.]+)H[\d.]+V([\d.]+)", reader.find(".bars.series-2").get_attribute("d") or ""
    )
    tops = [tuple(round(value_at(ticks, float(pixel))) for pixel in bar[1:]) for bar in second]
    assert tops == ([(40, 10), (0, -5)] if stacked else [(30, 0), (0, -5)])
    first = re.findall(r"M([\d.]+) ", reader.find(".bars.series-1").get_attribute("d") or "")
    assert (float(first[0]) == float(second[0][0])) is stacked


def test_a_scatter_has_a_mark_for_each_pair(reader: Reader, house: PageHouse) -> None:
    show(
        reader, house, {"type": "scatter", "title": "Risk", "series": [series("funds", [1, 2, 3], [4, 8, 6])]}
    )
    ticks = ticks_of(reader)
    drawn = reader.probe("points")
    assert [value_at(ticks, y) for _, y in drawn] == pytest.approx([4, 8, 6], abs=0.05)
    assert drawn[1][0] - drawn[0][0] == pytest.approx(drawn[2][0] - drawn[1][0], abs=0.2)
    assert "funds: 3 points, lowest 4, highest 8" in label(reader)


def test_a_histogram_counts_every_value_once(reader: Reader, house: PageHouse) -> None:
    values = make_walk(200)
    show(reader, house, {"type": "histogram", "title": "Returns", "series": [series("AAPL", [], values)]})
    ticks = ticks_of(reader)
    bars = re.findall(r"M[\d.]+ ([\d.]+)H", reader.find(".bars").get_attribute("d") or "")
    assert round(sum(value_at(ticks, float(pixel)) for pixel in bars)) == pytest.approx(200, abs=2)
    reader.button("Data").click()
    expect(reader.find(".chart-table tbody tr")).to_have_count(200)


def test_a_heat_map_writes_each_value_into_its_cell(reader: Reader, house: PageHouse) -> None:
    chart = {
        "type": "heatmap",
        "title": "Correlation",
        "x": ["A", "B"],
        "y": ["A", "B"],
        "z": [[1, -0.5], [-0.5, None]],
    }
    show(reader, house, chart)
    expect(reader.find(".heat-text")).to_have_text(["1", "-0.5", "-0.5", "no data"])
    expect(reader.find("rect.heat.more-5")).to_have_count(1)
    expect(reader.find("rect.heat.less-3")).to_have_count(2)


def test_a_pie_names_each_part_and_its_share(reader: Reader, house: PageHouse) -> None:
    show(reader, house, {"type": "pie", "title": "Weights", "series": [series("w", ["AAPL", "KO"], [3, 1])]})
    expect(reader.find(".slice-text")).to_have_text([re.compile(r"AAPL\s+75.00"), re.compile(r"KO\s+25.00")])
    assert "AAPL 3, KO 1" in label(reader)


def test_a_chart_of_an_unknown_kind_is_its_data(reader: Reader, house: PageHouse) -> None:
    show(reader, house, {"type": "radar", "title": "Odd", "series": [series("A", ["x", "y"], [1, 2])]})
    expect(reader.find("price-chart")).to_contain_text("This page cannot draw “radar”; here are its data.")
    expect(reader.find(".chart-table tbody tr")).to_have_text([re.compile("x\\s*1"), re.compile("y\\s*2")])


def test_more_than_2500_bars_are_merged_and_the_table_keeps_them_all(
    reader: Reader, house: PageHouse
) -> None:
    count = 3000
    close = make_walk(count)
    low = [round(value * 0.98, 2) for value in close]
    chart = {
        "type": "candlestick", "title": "Long", "x": make_days(count, "2012-01-02"), "close": close,
        "open": [close[0], *close[:-1]], "high": [round(value * 1.01, 2) for value in close], "low": low,
    }  # fmt: skip
    show(reader, house, chart)
    drawn = reader.probe("candles")
    width = reader.page.evaluate("document.querySelector('svg.plot').clientWidth")
    assert width - 120 < drawn <= width
    reader.button("Data").click()
    expect(reader.find("price-chart")).to_contain_text("Show 200 more of 2800")
    assert f"lowest {min(low):.2f}"[:10] in label(reader).replace(",", "")


def test_2500_bars_are_drawn_within_100_ms(reader: Reader, house: PageHouse) -> None:
    close = make_walk(2500)
    chart = {
        "type": "candlestick", "title": "Bars", "x": make_days(2500, "2014-01-02"), "close": close,
        "open": [close[0], *close[:-1]], "volume": close,
        "high": [round(value * 1.01, 2) for value in close],
        "low": [round(value * 0.98, 2) for value in close],
    }  # fmt: skip
    show(reader, house, chart)
    times = reader.probe("drawingTimes")
    assert min(times) < 100, times


def test_ranges_zoom_and_the_logarithmic_scale_work_without_a_mouse(reader: Reader, house: PageHouse) -> None:
    days, values = make_days(400), make_walk(400)
    show(reader, house, {"type": "line", "title": "Closes", "series": [series("AAPL", days, values)]})
    line = reader.find(".line.series-1")
    whole = len(points_of(line.get_attribute("d") or ""))
    reader.button("3M").click()
    expect(reader.button("3M")).to_have_attribute("aria-pressed", "true")
    expect(reader.button("3M")).to_be_focused()
    assert whole == 400
    assert 60 < len(points_of(line.get_attribute("d") or "")) < 70
    reader.button("All").click()
    before = line.get_attribute("d")
    reader.button("Log").click()
    assert line.get_attribute("d") != before
    plot = reader.find("svg.plot")
    plot.focus()
    plot.press("Home")
    expect(reader.find("price-chart [role=status]")).to_have_text(f"2 Jan 2024, AAPL {values[0]:.2f}")
    plot.press("ArrowRight")
    expect(reader.find("price-chart [role=status]")).to_contain_text("3 Jan 2024")
    plot.press("End")
    expect(reader.find(".legend")).to_contain_text(f"{values[-1]:.2f}")
    plot.press("+")
    assert len(points_of(line.get_attribute("d") or "")) < 250


def test_dragging_zooms_and_a_double_click_shows_all(reader: Reader, house: PageHouse) -> None:
    show(
        reader,
        house,
        {"type": "line", "title": "Closes", "series": [series("AAPL", make_days(400), make_walk(400))]},
    )
    line = reader.find(".line.series-1")
    box = reader.find("svg.plot").bounding_box()
    assert box is not None
    mouse = reader.page.mouse
    mouse.move(box["x"] + 100, box["y"] + 100)
    expect(reader.find(".crosshair")).to_have_count(1)
    mouse.down()
    mouse.move(box["x"] + 200, box["y"] + 100, steps=4)
    expect(reader.find(".selection")).to_have_count(1)
    mouse.up()
    assert 30 < len(points_of(line.get_attribute("d") or "")) < 100
    mouse.dblclick(box["x"] + 150, box["y"] + 100)
    assert len(points_of(line.get_attribute("d") or "")) == 400


def test_a_chart_takes_the_real_width_and_its_texts_stay_readable(reader: Reader, house: PageHouse) -> None:
    show(
        reader,
        house,
        {"type": "line", "title": "Closes", "series": [series("AAPL", make_days(400), make_walk(400))]},
    )
    for width in (1440, 390, 320):
        reader.page.set_viewport_size({"width": width, "height": 900})
        reader.page.wait_for_function("() => window.probe.fitsItsWidth()")
        assert min(reader.probe("textSizes")) >= 11
