"""Other people's names as Python names: usable in the jail, unique, and stable."""

import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.names import MODULE_NAMES, parameter_names, python_name, python_names

NAMES = st.lists(st.text(st.sampled_from("ab_-. 9éfrom"), max_size=6), max_size=8)


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("prices", "prices"),
        ("get-sum", "get_sum"),
        ("files.read", "files_read"),
        ("from", "from_"),
        ("class", "class_"),
        ("match", "match"),
        ("2fa", "tool_2fa"),
        ("_meta", "meta"),
        ("__class__", "class__"),
        ("über-all", "ber_all"),
        ("---", "tool"),
        ("", "tool"),
    ],
)
def test_a_name_is_spelled_as_python_can(name: str, spelled: str) -> None:
    assert python_name(name, "tool") == spelled


@given(NAMES)
def test_every_name_gets_one_of_its_own_that_a_script_may_use(names: list[str]) -> None:
    spelled = python_names(names, "tool", MODULE_NAMES)
    assert list(spelled) == list(dict.fromkeys(names))
    assert len(set(spelled.values())) == len(spelled)
    for name in spelled.values():
        assert name.isidentifier()
        assert not keyword.iskeyword(name)
        assert not name.startswith("_")
        assert name not in MODULE_NAMES


@given(NAMES)
def test_a_name_that_is_fit_keeps_itself_whatever_stands_beside_it(names: list[str]) -> None:
    fit = [name for name in names if python_name(name, "tool") == name]
    spelled = python_names(names, "tool")
    assert all(spelled[name] == name for name in fit)


def test_names_that_would_meet_are_numbered_in_their_order() -> None:
    assert python_names(["get-sum", "get.sum", "get_sum", "get sum"], "tool") == {
        "get-sum": "get_sum_",
        "get.sum": "get_sum_2",
        "get_sum": "get_sum",
        "get sum": "get_sum_3",
    }


def test_a_tool_cannot_take_the_place_of_what_the_module_offers() -> None:
    assert python_names(["call", "step"], "tool", MODULE_NAMES) == {"call": "call_", "step": "step_"}


def test_required_arguments_stand_before_the_others_in_the_order_of_the_schema() -> None:
    schema = {
        "properties": {"limit": {}, "from": {}, "symbol": {}, "x-y": True},
        "required": ["symbol", "from"],
    }
    assert parameter_names(schema) == {"from": "from_", "symbol": "symbol", "limit": "limit", "x-y": "x_y"}


def test_a_tool_without_arguments_has_no_parameters() -> None:
    assert parameter_names({"type": "object"}) == {}
