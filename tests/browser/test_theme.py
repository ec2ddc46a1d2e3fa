"""T15: light, dark or the system's, without a flash, with charts that follow and paper that stays white."""

import struct
from typing import Any, Literal

import pytest
from playwright.sync_api import expect

from tests.browser.reader import Reader

BACKGROUNDS = {"light": "rgb(246, 247, 249)", "dark": "rgb(13, 16, 21)"}
BACKGROUND = "getComputedStyle(document.body).backgroundColor"


def test_auto_follows_the_system_while_it_changes(reader: Reader) -> None:
    reader.open()
    schemes: list[Literal["dark", "light"]] = ["dark", "light"]
    for scheme in schemes:
        reader.page.emulate_media(color_scheme=scheme)
        assert reader.page.evaluate(BACKGROUND) == BACKGROUNDS[scheme]


@pytest.mark.parametrize(("chosen", "system"), [("dark", "light"), ("light", "dark")])
def test_a_chosen_theme_is_kept_and_there_before_anything_is_painted(
    reader: Reader, chosen: str, system: Any
) -> None:
    reader.page.emulate_media(color_scheme=system)
    reader.open()
    reader.button("Settings and shortcuts").click()
    reader.page.get_by_label(chosen.title(), exact=True).check()
    assert reader.page.evaluate(BACKGROUND) == BACKGROUNDS[chosen]
    reader.page.reload()
    assert reader.page.evaluate("window.probe.firstBackground") == BACKGROUNDS[chosen]
    assert reader.page.evaluate("getComputedStyle(document.documentElement).colorScheme") == chosen


def test_charts_change_their_colours_without_being_drawn_again(reader: Reader) -> None:
    reader.open().ask()
    line = reader.find(".line.series-1")
    expect(line).to_have_css("stroke", "rgb(47, 91, 234)")
    line.evaluate("(node) => { window.kept = node; }")
    reader.page.emulate_media(color_scheme="dark")
    expect(line).to_have_css("stroke", "rgb(134, 163, 255)")
    assert reader.page.evaluate("window.kept.isConnected")


def test_up_and_down_can_change_their_colours(reader: Reader) -> None:
    reader.open().ask()
    figure = reader.find(".figure.down").first
    expect(figure).to_have_css("color", "rgb(194, 47, 42)")
    reader.button("Settings and shortcuts").click()
    reader.page.get_by_label("Red for rising").check()
    expect(figure).to_have_css("color", "rgb(12, 122, 77)")


def test_paper_is_white_and_holds_the_answer_alone(reader: Reader) -> None:
    reader.open().ask()
    reader.page.emulate_media(color_scheme="dark", media="print")
    assert reader.page.evaluate(BACKGROUND) == "rgb(255, 255, 255)"
    for selector in ("#rail", "#ask", "#bench", ".actions", ".feedback"):
        expect(reader.find(selector)).to_be_hidden()
    expect(reader.find("#sentence")).to_be_visible()
    expect(reader.find("svg.plot")).to_be_visible()


def test_a_picture_of_a_chart_has_the_theme_and_twice_the_pixels(reader: Reader) -> None:
    reader.page.emulate_media(color_scheme="dark")
    reader.open().ask()
    box = reader.find("svg.plot").bounding_box()
    assert box is not None
    with reader.page.expect_download() as download:
        reader.button("Save picture as PNG").click()
    assert download.value.suggested_filename.endswith("-drawdown-from-the-highest-close-so-far.png")
    content = download.value.path().read_bytes()
    assert content.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", content[16:24])
    assert (width, height) == (round((box["width"] + 40) * 2), round((box["height"] + 70) * 2))
    colours = reader.probe("lookAtPicture", {"bytes": list(content), "colour": "134,163,255"})
    assert colours == ["21,26,33", True]
