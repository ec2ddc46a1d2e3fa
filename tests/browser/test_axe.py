"""T8: axe finds nothing in any state, in both themes, at four widths."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import look_closely, look_everywhere
from tests.browser.reader import Reader
from tests.browser.scenes import SCENES, Scene
from tests.doubles.page_house import PageHouse


@pytest.mark.parametrize("scene", SCENES)
def test_axe_finds_nothing_in_any_state_theme_or_width(
    newcomer: Reader, house: PageHouse, scene: Scene
) -> None:
    for state in scene(newcomer, house):
        expect(newcomer.find("main")).to_have_attribute("data-state", state)
        found = look_everywhere(newcomer.page)
        assert not found, "\n".join(found)


def test_axe_finds_what_is_planted(reader: Reader) -> None:
    reader.open()
    reader.page.evaluate("document.querySelector('h1').style.color = '#bbbbbb'")
    assert any("color-contrast" in each for each in look_closely(reader.page))
