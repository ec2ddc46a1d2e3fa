"""What is made of the text of an answer, whole and while it grows."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api_server.llm.parsing import Missing, Script, Unreadable, read_answer
from api_server.llm.script_reader import ScriptReader
from tests.doubles.llm.answers import SCRIPT, as_answer, as_refusal, long_script


def read_growing(text: str, length: int) -> str:
    """What a reader finds of the script when `text` comes in pieces of `length`."""
    reader = ScriptReader()
    return "".join(reader.feed(text[at : at + length]) for at in range(0, len(text), length))


@pytest.mark.parametrize(
    "text",
    [
        as_answer(),
        f"Here you are: {as_answer()} Good luck!",
        f"```json\n{as_answer()}\n```",
        f"```python\n{SCRIPT}```",
        f"~~~\n{SCRIPT}~~~",
        f"First a sketch:\n```python\nx = 1\n```\nNow all of it:\n```py\n{SCRIPT}```\nDone.",
        f"```python\n{SCRIPT}",
        SCRIPT,
        as_answer(f"```python\n{SCRIPT}```"),
        json.dumps({"python_code": SCRIPT}),
        '{"a": 1} is not it, but ' + as_answer(),
        as_answer(missing="null"),
        as_answer(missing="The 2026 figures are not there yet."),
    ],
)
def test_the_script_is_found_whatever_stands_around_it(text: str) -> None:
    read = read_answer(text)
    assert isinstance(read, Script)
    assert read.python_code.strip() == SCRIPT.strip()


def test_line_breaks_inside_a_json_string_are_forgiven() -> None:
    read = read_answer('{"python_code": "result = {\'a\': 1}\nprint(result)\n", "explanation": "x"}')
    assert isinstance(read, Script)
    assert read.python_code == "result = {'a': 1}\nprint(result)\n"


def test_a_refusal_keeps_its_nearest_question() -> None:
    assert read_answer(as_refusal()) == Missing("There is no weather here.", "How did KO do?")
    assert read_answer(as_refusal(nearest=None)) == Missing("There is no weather here.", None)


def test_an_apology_in_place_of_code_is_a_refusal() -> None:
    text = as_answer("# I cannot do this", missing="No tool knows the weather.")
    assert read_answer(text) == Missing("No tool knows the weather.", None)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        (" \n ", "empty"),
        ("I am sorry, I do not understand.", "no JSON object"),
        (as_answer()[:-60], "not valid"),
        (as_answer(""), "both empty"),
        (as_answer("", missing="none"), "both empty"),
        ('{"answer": 42}', "not valid|no JSON"),
        ("[" * 100_000, "no JSON object"),
        ('{"python_code": ' + "[" * 100_000, "not valid"),
        ("```python\nx = 1\n```", "no JSON object"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, told: str) -> None:
    with pytest.raises(Unreadable, match=told):
        read_answer(text)


def test_half_a_character_does_not_reach_the_script() -> None:
    read = read_answer('{"python_code": "result = \'\\ud83d\'"}')
    assert isinstance(read, Script)
    assert read.python_code.encode() == "result = '\ufffd'".encode()


@pytest.mark.parametrize(
    "text", ["```\n" * 100_000, '{"a\n' * 100_000, "~~~x\n" * 100_000, "result " * 100_000]
)
@pytest.mark.timeout(10)
def test_long_nonsense_is_read_in_linear_time(text: str) -> None:
    with pytest.raises(Unreadable):
        read_answer(text)
    assert read_growing(text, 50) == ""


@settings(max_examples=50, deadline=None)
@given(st.text(), st.integers(1, 30), st.booleans())
def test_a_growing_script_is_the_script(code: str, length: int, is_ascii: bool) -> None:
    text = json.dumps(
        {"python_code": code, "explanation": 'a "python_code": "x" in it'}, ensure_ascii=is_ascii
    )
    assert read_growing(text, length) == code


def test_a_growing_script_of_200_kilobytes_is_found_whole() -> None:
    script = long_script(200_000)
    assert read_growing(as_answer(script), 11) == script


def test_a_growing_code_block_is_shown_line_by_line() -> None:
    assert read_growing(f"Well:\n```python\n{SCRIPT}```\nand so on\n```", 5) == SCRIPT


def test_prose_alone_shows_nothing() -> None:
    assert read_growing("There is nothing like a script here. " * 100, 9) == ""
