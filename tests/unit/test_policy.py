"""Rules as data: loaded, checked, laid over by an operator, and proved by their own examples."""

import re
from pathlib import Path

import pytest

from sandbox_policies.analyser import analyse
from sandbox_policies.examples import check_examples
from sandbox_policies.policy import Policy, PolicyError, Rule, Weight, load_policy

OURS = load_policy()
ALLOW_SKLEARN = """
[[module]]
id = "site-sklearn"
decision = "allow"
why = "Our analysts fit models."
modules = ["sklearn", "sklearn.linear_model"]
names = ["linear_model", "LinearRegression"]
accepts = ["from sklearn.linear_model import LinearRegression\\nresult = 1"]
refuses = ["from sklearn.linear_model import Ridge"]
"""


def lay_over(folder: Path, text: str) -> Policy:
    """Our rules with one operator's file over them."""
    path = folder / "site.toml"
    path.write_text(text, "utf-8")
    return load_policy([path])


def accepts(policy: Policy, source: str) -> bool:
    """Whether the analyser finds nothing wrong with `source`."""
    return analyse(source, policy).valid


@pytest.mark.parametrize("rule", OURS.rules, ids=lambda rule: rule.id)
def test_every_rule_of_ours_does_what_its_examples_say(rule: Rule) -> None:
    for source in rule.accepts:
        assert not [error for error in analyse(source, OURS).errors if error.code != "NO_RESULT"]
    for source in rule.refuses:
        assert [error for error in analyse(source, OURS).errors if error.code != "NO_RESULT"]


@pytest.mark.parametrize(
    "rule",
    [rule for rule in OURS.rules if getattr(rule, "decision", "") != "allow"],
    ids=lambda rule: rule.id,
)
def test_a_refusing_rule_is_the_one_that_refuses_its_examples(rule: Rule) -> None:
    messages = [error.message for source in rule.refuses for error in analyse(source, OURS).errors]
    assert any(rule.why in message for message in messages)


def test_every_rule_says_why_and_no_two_share_an_id() -> None:
    assert all(len(rule.why) > 20 for rule in OURS.rules)
    assert len({rule.id for rule in OURS.rules}) == len(OURS.rules)


def test_every_rule_that_can_refuse_a_script_has_a_hint() -> None:
    assert not [rule.id for rule in OURS.rules if not rule.hint and rule.id != "builtins-plain"]


def test_an_operator_may_allow_another_module(tmp_path: Path) -> None:
    source = "from sklearn.linear_model import LinearRegression\nresult = 1"
    theirs = lay_over(tmp_path, ALLOW_SKLEARN)
    check_examples(theirs)
    assert not accepts(OURS, source)
    assert accepts(theirs, source)
    assert not accepts(theirs, "import os\nresult = 1")


def test_an_operators_rule_replaces_ours_of_the_same_id(tmp_path: Path) -> None:
    theirs = lay_over(
        tmp_path,
        """
[[builtin]]
id = "builtins-files"
decision = "refuse"
why = "Only input is refused on this site."
builtins = ["input"]
accepts = ["result = 1"]
refuses = ["input()"]
""",
    )
    assert "open" in OURS.refused_builtins
    assert "open" not in theirs.refused_builtins
    assert len(theirs.rules) == len(OURS.rules)


def test_an_operators_limit_replaces_only_that_limit(tmp_path: Path) -> None:
    theirs = lay_over(tmp_path, "[limits]\ncalls_max = 3\n")
    assert theirs.limits == OURS.limits.model_copy(update={"calls_max": 3})


def test_refusing_wins_over_allowing(tmp_path: Path) -> None:
    theirs = lay_over(
        tmp_path,
        """
[[module]]
id = "site-os"
decision = "allow"
why = "Somebody thought this would be handy."
modules = ["os", "os.path"]
accepts = ["result = 1"]
refuses = ["import subprocess"]

[[builtin]]
id = "site-eval"
decision = "allow"
why = "Somebody thought this would be handy."
builtins = ["eval"]
accepts = ["result = 1"]
refuses = ["exec('1')"]

[[attribute]]
id = "site-frames"
decision = "guard"
guard = "text_only"
why = "Somebody thought this would be handy."
attributes = ["to_pickle"]
accepts = ["result = 1"]
refuses = ["x.to_sql()"]
""",
    )
    assert not accepts(theirs, "import os\nresult = 1")
    assert not accepts(theirs, "import os.path\nresult = 1")
    assert "eval" not in theirs.allowed_builtins
    assert theirs.attributes["to_pickle"].decision == "refuse"


def test_the_version_changes_with_any_file(tmp_path: Path) -> None:
    theirs = lay_over(tmp_path, "[limits]\ncalls_max = 3\n")
    again = lay_over(tmp_path, "[limits]\ncalls_max = 3\n")
    assert OURS.version != theirs.version == again.version


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[module]\n", "Expected"),
        ("[limits]\ncalls_maximum = 3\n", "calls_maximum"),
        ("[[modules]]\nid = 'x'\n", "modules"),
        (ALLOW_SKLEARN.replace("why =", "reason ="), "reason"),
        (re.sub(r"accepts = .*\n", "accepts = []\n", ALLOW_SKLEARN), "accepts"),
        (re.sub(r"refuses = .*\n", "", ALLOW_SKLEARN), "refuses"),
        (ALLOW_SKLEARN.replace('"allow"', '"maybe"'), "decision"),
        (
            "[[attribute]]\nid = 'x'\ndecision = 'guard'\nwhy = 'y'\nattributes = ['a']\n"
            "accepts = ['1']\nrefuses = ['2']\n",
            "`guard` goes with decision",
        ),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PolicyError) as caught:
        lay_over(tmp_path, text)
    assert "site.toml" in str(caught.value)
    assert said in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"absent\.toml.*No such file"):
        load_policy([tmp_path / "absent.toml"])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("LinearRegression\\nresult = 1", "Ridge\\nresult = 1"), "should accept"),
        (("import Ridge", "import LinearRegression"), "should refuse"),
    ],
)
def test_a_rule_whose_example_is_judged_otherwise_is_named(
    tmp_path: Path, wrong: tuple[str, str], said: str
) -> None:
    text = ALLOW_SKLEARN.replace(*wrong)
    assert text != ALLOW_SKLEARN
    with pytest.raises(PolicyError, match=f"'site-sklearn' {said}"):
        check_examples(lay_over(tmp_path, text))


@pytest.mark.parametrize(
    ("module", "name", "is_allowed"),
    [
        ("math", "sqrt", True),
        ("math", "_private", False),
        ("statistics", "sys", False),
        ("random", "SystemRandom", False),
        ("io", "StringIO", True),
        ("io", "FileIO", False),
        ("pandas", "DataFrame", True),
        ("pandas", "read_pickle", False),
        ("numpy", "linalg", True),
        ("numpy", "_core", False),
        ("scipy", "io", False),
    ],
)
def test_names_of_a_module_are_allowed_one_by_one(module: str, name: str, is_allowed: bool) -> None:
    assert OURS.allows_name(module, name) is is_allowed


def test_a_module_hidden_under_an_allowed_name_is_refused() -> None:
    import json

    assert OURS.allows_value("pandas", "json", "a value")
    assert not OURS.allows_value("pandas", "os", __import__("os"))
    assert OURS.allows_value("pandas", "json", json)


def test_an_unknown_module_and_a_refused_one_are_told_apart() -> None:
    assert OURS.refuses_module("math") is None
    assert OURS.refuses_module("left_pad") == "unknown"
    refusing = OURS.refuses_module("os.path")
    assert isinstance(refusing, Rule)
    assert refusing.id == "modules-system"


@pytest.mark.parametrize(
    ("script", "weight"),
    [
        ("import \uff50andas\nresult = 1", Weight.LIGHT),
        ("result = 1 + 1", Weight.BARE),
        ("import math\nfrom mcp_client import call\nresult = math.pi", Weight.BARE),
        ("import numpy as np\nresult = 1", Weight.LIGHT),
        ("from pandas import DataFrame\nresult = 1", Weight.LIGHT),
        ("import pandas\nfrom scipy.stats import norm\nresult = 1", Weight.FULL),
        ("table.corr(method='spearman')", Weight.FULL),
    ],
)
def test_a_script_runs_in_the_lightest_jail_that_has_what_it_names(script: str, weight: Weight) -> None:
    assert OURS.weigh(script) is weight


def test_an_operators_library_is_loaded_for_scripts_that_name_it(tmp_path: Path) -> None:
    policy = lay_over(tmp_path, ALLOW_SKLEARN)
    assert policy.weigh("import sklearn\nresult = 1") is Weight.LIGHT
    assert policy.weigh("result = 1") is Weight.BARE
    fuller = lay_over(tmp_path, ALLOW_SKLEARN.replace("names =", 'loaded_for = ["sklearn"]\nnames =', 1))
    assert fuller.weigh("import sklearn\nresult = 1") is Weight.FULL


def test_a_module_is_never_in_a_lighter_jail_than_a_script_that_names_it() -> None:
    for name, rule in OURS.allowed_modules.items():
        assert OURS.weigh(f"import {name}\nresult = 1") >= rule.weight_of(name)
