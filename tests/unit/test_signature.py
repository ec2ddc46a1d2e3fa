"""Every annotation of the script contract becomes JSON Schema; everything else becomes a finding."""

import ast
from datetime import date
from typing import Any

import pytest

from schemas.signature import EMPTY, SignatureError, default_values, read_signature, to_python
from schemas.validation import Finding

INTEGER, NUMBER, TEXT = {"type": "integer"}, {"type": "number"}, {"type": "string"}
DAY = {"type": "string", "format": "date"}


def list_of(item: dict[str, Any]) -> dict[str, Any]:
    """The schema of a list whose items are like `item`."""
    return {"type": "array", "items": item}


def optional(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of `X | None`."""
    return {"anyOf": [schema, {"type": "null"}]}


def read(source: str) -> dict[str, Any]:
    """The schema of a whole script."""
    return read_signature(ast.parse(source))


def read_parameter(declared: str, before: str = "", docstring: str = "") -> dict[str, Any]:
    """The schema of the only parameter of `analyze`, which is called `x`."""
    source = f'{before}\ndef analyze({declared}):\n    """Measure.\n\n    {docstring}\n    """\n'
    schema: dict[str, Any] = read(source)["properties"]["x"]
    return schema


def find_problem(source: str) -> Finding:
    """What is wrong with the signature of a whole script."""
    with pytest.raises(SignatureError) as caught:
        read(source)
    return caught.value.finding


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("x: bool = True", {"type": "boolean"}),
        ("x: int = 3", INTEGER),
        ("x: float = 0.5", NUMBER),
        ("x: float = 1", NUMBER),
        ("x: str = 'AAPL'", TEXT),
        ("x: date = date(2020, 1, 31)", DAY),
        ("x: datetime.date = '2020-01-31'", DAY),
        ("x: Literal['a', 'b'] = 'a'", {"type": "string", "enum": ["a", "b"]}),
        ("x: Literal[5, 10] = 5", {"type": "integer", "enum": [5, 10]}),
        ("x: Literal[-1.5, 2.5] = 2.5", {"type": "number", "enum": [-1.5, 2.5]}),
        ("x: Literal['only'] = 'only'", {"type": "string", "enum": ["only"]}),
        ("x: list[str] = ['A']", list_of(TEXT)),
        ("x: List[int] = []", list_of(INTEGER)),
        ("x: list = []", list_of({})),
        ("x: list[date] = ['2020-01-31']", list_of(DAY)),
        ("x: list[list[int]] = [[1]]", list_of(list_of(INTEGER))),
        ("x: dict[str, float] = {'a': 1}", {"type": "object", "additionalProperties": NUMBER}),
        ("x: Dict[str, int] = {}", {"type": "object", "additionalProperties": INTEGER}),
        ("x: dict = {}", {"type": "object"}),
        ("x: int | None = None", optional(INTEGER)),
        ("x: None | int = 3", optional(INTEGER)),
        ("x: Optional[str] = None", optional(TEXT)),
        ("x: typing.Optional[str] = None", optional(TEXT)),
        ("x: Union[str, None] = 'a'", optional(TEXT)),
        ("x: int | float = 1", NUMBER),
        ("x: None | int | float = 1", optional(NUMBER)),
        ("x: 'int' = 1", INTEGER),
        ("x: 'list[str] | None' = None", optional(list_of(TEXT))),
        (
            "x: Annotated[int, Param(ge=1, le=9, unit='days', description='look back')] = 5",
            {"type": "integer", "minimum": 1, "maximum": 9, "unit": "days", "description": "look back"},
        ),
        ("x: Annotated[str, mcp_client.Param(choices=['a'])] = 'a'", {"type": "string", "enum": ["a"]}),
        (
            "x: Annotated[int | None, Param(choices=[1, 3])] = None",
            {"anyOf": [{"type": "integer", "enum": [1, 3]}, {"type": "null"}]},
        ),
        ("x: Annotated[str, Param(pattern='a|b')] = 'a'", {"type": "string", "pattern": "^(?:a|b)$"}),
    ],
)
def test_an_annotation_becomes_its_json_schema(declared: str, expected: dict[str, Any]) -> None:
    schema = read_parameter(declared)
    assert {key: part for key, part in schema.items() if key not in ("title", "default")} == expected


@pytest.mark.parametrize(
    ("before", "declared", "expected"),
    [
        ("Number = int | float", "x: Number = 1", NUMBER),
        ("Names = list[str]", "x: Names = []", list_of(TEXT)),
        ("Names = list[str]", "x: list[Names] = []", list_of(list_of(TEXT))),
        ("Count = int", "x: Count = 1", INTEGER),
    ],
)
def test_an_alias_of_the_module_is_written_out(before: str, declared: str, expected: dict[str, Any]) -> None:
    schema = read_parameter(declared, before)
    assert {key: part for key, part in schema.items() if key not in ("title", "default")} == expected


@pytest.mark.parametrize(
    ("declared", "before", "expected"),
    [
        ("x: int = -3", "", -3),
        ("x: list[str] = ('A', 'B')", "", ["A", "B"]),
        ("x: date = date(2020, 1, 31)", "", "2020-01-31"),
        ("x: date = datetime.date(2020, 1, 31)", "", "2020-01-31"),
        ("x: int = DAYS", "DAYS = 60", 60),
        ("x: list[str] = SYMBOLS", "SYMBOLS = ['KO', 'XOM']", ["KO", "XOM"]),
        ("x: float | None = None", "", None),
    ],
)
def test_a_default_is_read_without_running_anything(declared: str, before: str, expected: Any) -> None:
    assert read_parameter(declared, before)["default"] == expected


def test_parameters_keep_their_order_and_keyword_only_ones_count() -> None:
    schema = read("def analyze(b: int = 1, *, a: str = 'x'):\n    pass\n")
    assert list(schema["properties"]) == ["b", "a"]
    assert schema["additionalProperties"] is False
    assert default_values(schema) == {"b": 1, "a": "x"}


def test_the_last_analyze_is_the_one_that_counts() -> None:
    schema = read("def analyze(a: int = 1):\n    pass\ndef analyze(b: int = 2):\n    pass\n")
    assert default_values(schema) == {"b": 2}


def test_a_script_without_analyze_has_no_parameters() -> None:
    assert read("def helper(a): pass\nclass A:\n    def analyze(self): pass\n") == EMPTY


def test_the_docstring_describes_and_names_a_parameter() -> None:
    schema = read_parameter("x: int = 3", docstring="x: how many days,\n        counted back")
    assert schema["description"] == "how many days, counted back"
    assert schema["title"] == "x"


@pytest.mark.parametrize(
    ("annotation", "text", "bounds"),
    [
        ("int", "days to look back, 5 to 1000", (5, 1000)),
        ("int", "days to look back, 5 to 1000.", (5, 1000)),
        ("int", "shift, -3 to 30", (-3, 30)),
        ("float", "weight, 0.25 to 30", (0.25, 30.0)),
        ("int", "from 5 to 1000 days", (None, None)),
        ("str", "like 1 to 5", (None, None)),
    ],
)
def test_limits_in_words_become_limits(annotation: str, text: str, bounds: tuple[Any, Any]) -> None:
    default = "'a'" if annotation == "str" else "7"
    schema = read_parameter(f"x: {annotation} = {default}", docstring=f"x: {text}")
    assert (schema.get("minimum"), schema.get("maximum")) == bounds
    assert all(isinstance(bound, int) for bound in bounds if annotation == "int" and bound is not None)


def test_limits_in_words_hold_for_an_optional_number_too() -> None:
    schema = read_parameter("x: int | None = None", docstring="x: days, 5 to 1000")
    assert schema["anyOf"] == [{"type": "integer", "minimum": 5, "maximum": 1000}, {"type": "null"}]


def test_limits_of_param_outweigh_limits_in_words() -> None:
    schema = read_parameter("x: Annotated[int, Param(le=50)] = 7", docstring="x: days, 5 to 1000")
    assert (schema["minimum"], schema["maximum"]) == (5, 50)


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("x", "has no type"),
        ("x: int", "has no default"),
        ("*, x: int", "has no default"),
        ("*x", "named parameters only"),
        ("**x", "named parameters only"),
        ("x: int = 1, /", "named parameters only"),
        ("x: complex = 1", "'complex' cannot be a parameter type"),
        ("x: pd.DataFrame = 1", "'pd.DataFrame' cannot be a parameter type"),
        ("x: tuple[int, int] = (1, 2)", "'tuple[int, int]' cannot be a parameter type"),
        ("x: list[int, str] = []", "'list[int, str]' cannot be a parameter type"),
        ("x: dict[int, str] = {}", "'dict[int, str]' cannot be a parameter type"),
        ("x: int | str = 1", "mixes types"),
        ("x: Union[int, str] = 1", "mixes types"),
        ("x: Literal['a', 1] = 'a'", "not of one type"),
        ("x: Literal[None] = None", "not of one type"),
        ("x: 'in t' = 1", "'in t' cannot be a parameter type"),
        ("x: Annotated[int, Field(ge=1)] = 1", "only Param(...)"),
        ("x: Annotated[int, Param(1)] = 1", "only Param(...)"),
        ("x: Annotated[int, Param(gt=1)] = 2", "Param has no 'gt'"),
        ("x: Annotated[int, Param(ge='a')] = 2", "Param does not take 'a' as 'ge'"),
        ("x: Annotated[int, Param(ge=True)] = 2", "Param does not take True as 'ge'"),
        ("x: Annotated[int, Param(choices=3)] = 2", "Param does not take 3 as 'choices'"),
        ("x: Annotated[str, Param(pattern='(')] = 'a'", "'(' is not a regular expression"),
        ("x: Annotated[str, Param(pattern='a|b')] = 'ab'", "the default of 'x' does not fit"),
        ("x: int = compute()", "written out as a literal"),
        ("x: int = OTHER", "written out as a literal"),
        ("x: int = ...", "written out as a literal"),
        ("x: int = 10 ** 3", "written out as a literal"),
        ("x: float = 1e999", "written out as a literal"),
        ("x: int = 99999999999999999999", "written out as a literal"),
        ("x: str = '\\ud800'", "written out as a literal"),
        ("x: str = b'a'", "written out as a literal"),
        ("x: dict = {1: 2}", "written out as a literal"),
        ("x: date = date(2020, 2, 30)", "written out as a literal"),
        ("x: date = date(2020)", "written out as a literal"),
        ("x: int = 'three'", "default of 'x' does not fit"),
        ("x: date = 'yesterday'", "default of 'x' does not fit"),
        ("x: Literal['a', 'b'] = 'c'", "default of 'x' does not fit"),
        ("x: Annotated[int, Param(ge=5)] = 3", "default of 'x' does not fit"),
        ("x: list[int] = ['a']", "default of 'x' does not fit"),
        ("x: int = None", "default of 'x' does not fit"),
    ],
)
def test_what_is_outside_the_contract_is_refused_with_a_hint(declared: str, said: str) -> None:
    problem = find_problem(f"import math\n\ndef analyze({declared}):\n    pass\n")
    assert problem.code == "SIGNATURE"
    assert said in problem.message
    assert problem.hint
    assert problem.line == 3


def test_the_place_is_that_of_the_wrong_parameter() -> None:
    problem = find_problem("def analyze(\n    good: int = 1,\n    bad: complex = 2,\n):\n    pass\n")
    assert (problem.line, problem.column) == (3, 10)


def test_a_quoted_annotation_is_placed_where_it_stands() -> None:
    problem = find_problem("def analyze(x: 'complex' = 1):\n    pass\n")
    assert (problem.line, problem.column) == (1, 16)


def test_a_name_assigned_twice_is_no_constant() -> None:
    assert "literal" in find_problem("N = 1\nN = 2\ndef analyze(x: int = N):\n    pass\n").message


def test_values_reach_the_script_in_its_own_types() -> None:
    schema = read(
        "def analyze(day: date = '2020-01-31', days: list[date] = [], spans: dict[str, date] = {},\n"
        "    rate: float = 1, rates: list[float] = [], end: date | None = None, flag: bool = True): pass\n"
    )["properties"]
    assert to_python(schema["day"], "2021-05-06") == date(2021, 5, 6)
    assert to_python(schema["days"], ["2021-05-06"]) == [date(2021, 5, 6)]
    assert to_python(schema["spans"], {"a": "2021-05-06"}) == {"a": date(2021, 5, 6)}
    assert to_python(schema["end"], "2021-05-06") == date(2021, 5, 6)
    assert to_python(schema["end"], None) is None
    assert to_python(schema["flag"], True) is True
    assert [type(to_python(schema["rate"], 2)), type(to_python(schema["rates"], [2])[0])] == [float, float]
