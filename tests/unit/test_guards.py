"""What the analyser leaves to run time: computed names, modules under other names, formats, paths."""

import builtins
from typing import Any

import numpy as np  # noqa: F401  scripts import it, and only what is loaded can be imported
import pandas as pd
import pytest

from executor.jail.guards import Guards, script_builtins
from tests.doubles.script import POLICY, run_script

OBJECT = "class A:\n    def __init__(self): self.x, self._y = 1, 2\na = A()\n"
LIAR = """
class Liar(str):
    def __str__(self): return self
    def __contains__(self, part): return False
    def startswith(self, *parts): return False
"""
FRAME = "import pandas as pd\nfrom io import StringIO\ndf = pd.DataFrame({'a': [1, 2]})\npath = '/tmp/x'\n"


@pytest.mark.parametrize(
    ("source", "error", "said"),
    [
        (OBJECT + "getattr(a, '_' + 'y')", AttributeError, "'_y' is not available"),
        (OBJECT + "getattr(a, '__cl' + 'ass__')", AttributeError, "'__class__' is not available"),
        (OBJECT + "getattr(a, '__cl' + 'ass__', None)", AttributeError, "'__class__' is not available"),
        (OBJECT + "setattr(a, '__cl' + 'ass__', int)", AttributeError, "'__class__' is not available"),
        (OBJECT + "delattr(a, '_' + 'y')", AttributeError, "'_y' is not available"),
        (OBJECT + "getattr((x for x in []), 'gi_' + 'frame')", AttributeError, "'gi_frame' is not available"),
        (FRAME + "getattr(df, 'to_' + 'pickle')", AttributeError, "'to_pickle' is not available"),
        ("class S(str): pass\ngetattr(1, S('__class__'))", AttributeError, "'__class__' is not available"),
        (LIAR + "getattr(1, Liar('__class__'))", AttributeError, "'__class__' is not available"),
        (LIAR + OBJECT + "setattr(a, Liar('__class__'), A)", AttributeError, "'__class__' is not available"),
        (LIAR + OBJECT + "delattr(a, Liar('_y'))", AttributeError, "'_y' is not available"),
        (LIAR + FRAME + "df.eval(Liar('b = a.__class__'))", PermissionError, "plain arithmetic"),
        ("getattr(1, b'__class__')", TypeError, "must be a string"),
        ("import pandas\nx = pandas\nx.io", AttributeError, "pandas.io is not available"),
        ("import numpy\n[numpy][0].fromfile", AttributeError, "numpy.fromfile is not available"),
        ("import numpy\ngetattr(numpy, 'lo' + 'ad')", AttributeError, "numpy.load is not available"),
        ("import numpy\nf = lambda m: m.fromfile\nf(numpy)", AttributeError, "fromfile is not available"),
        ("import json\nsetattr(json, 'dumps', 1)", AttributeError, "'dumps' cannot be changed"),
        ("setattr(len, 'x', 1)", AttributeError, "'x' cannot be changed"),
        ("type('A', (), {})", TypeError, "takes 2 positional arguments"),
        ("t = '{0.__class__}'\nt.format(1)", AttributeError, "'__class__' is not available"),
        ("t = '{0.real.__class__}'\nt.format(1)", AttributeError, "'__class__' is not available"),
        ("t = '{a[0].__class__}'\nt.format(a=[1])", AttributeError, "'__class__' is not available"),
        ("t = '{0:{1.__class__}}'\nt.format(1, 2)", AttributeError, "'__class__' is not available"),
        ("t = '{a.__class__}'\nt.format_map({'a': 1})", AttributeError, "'__class__' is not available"),
        ("t = '{0.__class__}'\nstr.format(t, 1)", AttributeError, "'__class__' is not available"),
        ("t = '{0.__class__}'\nlist(map(t.format, [1]))", AttributeError, "'__class__' is not available"),
        ("class S(str): pass\nt = S('{0.__class__}')\nt.format(1)", AttributeError, "'__class__'"),
        ("t = '{0.__class__}'\ngetattr(t, 'for' + 'mat')(1)", AttributeError, "'__class__' is not available"),
        (FRAME + "df.to_csv(path)", PermissionError, "to_csv() writes no files"),
        (FRAME + "df.to_json(path_or_buf=path)", PermissionError, "to_json() writes no files"),
        (FRAME + "df.to_html(buf=path)", PermissionError, "to_html() writes no files"),
        (FRAME + "pd.DataFrame.to_csv(df, path)", PermissionError, "to_csv() writes no files"),
        (FRAME + "getattr(df, 'to_' + 'csv')(path)", PermissionError, "to_csv() writes no files"),
        (FRAME + "pd.read_csv(path)", PermissionError, "read_csv() reads no files"),
        (FRAME + "pd.read_csv(filepath_or_buffer=path)", PermissionError, "read_csv() reads no files"),
        (FRAME + "pd.read_json(path)", PermissionError, "read_json() reads no files"),
        (FRAME + "e = 'a.__class__'\ndf.query(e)", PermissionError, "plain arithmetic"),
        (FRAME + "e = '@pd.io'\npd.eval(e)", PermissionError, "plain arithmetic"),
        (FRAME + "e = 'a > 1'\ndf.query(e, level=2)", PermissionError, "plain arithmetic"),
        (FRAME + "e = ['b = @np']\nlist(map(str, pd.Series(e).map(df.eval)))", PermissionError, "plain"),
        (FRAME + "df.eval('b = @sys')", pd.errors.UndefinedVariableError, "'sys' is not defined"),
        (FRAME + "df.query(b'a > 1')", PermissionError, "plain arithmetic"),
    ],
)
def test_what_only_shows_at_run_time_is_refused_there(source: str, error: type[Exception], said: str) -> None:
    with pytest.raises(error) as caught:
        run_script(f"{source}\nresult = 1\n")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            OBJECT + "result = [getattr(a, 'x'), getattr(a, 'z', 5), hasattr(a, 'z'), hasattr(a, '_y')]",
            [1, 5, False, False],
        ),
        (OBJECT + "setattr(a, 'x', 3)\ndelattr(a, 'x')\nresult = hasattr(a, 'x')", False),
        ("t = '{0:.1f} {n} {k[a]} {0!r:>5}'\nresult = t.format(1.25, n=2, k={'a': 3})", "1.2 2 3  1.25"),
        ("t = '{} {}'\nresult = t.format(1, 2)", "1 2"),
        ("t = '{{}} {x.real}'\nresult = t.format_map({'x': 1})", "{} 1"),
        ("result = list(map('{:>3}'.format, [1]))", ["  1"]),
        (FRAME + "f = df.to_csv\nresult = f(None, index=False)", "a\n1\n2\n"),
        (FRAME + "b = StringIO()\ndf.to_csv(b, index=False)\nresult = b.getvalue()", "a\n1\n2\n"),
        (FRAME + "result = list(pd.read_csv(StringIO('q,r\\n1,2')))", ["q", "r"]),
        (FRAME + "e = 'a > 1'\nresult = df.query(e)['a'].tolist()", [2]),
        (FRAME + "result = [type(df).__name__, getattr(pd, 'DataFrame') is type(df)]", ["DataFrame", True]),
        ("import numpy as np\nx = np\nresult = x.linalg.norm([3.0, 4.0]).item()", 5.0),
        ("import json, math\nfor m in [json, math]: pass\nresult = m.floor(1.5)", 1),
    ],
)
def test_ordinary_use_of_guarded_names_works(source: str, expected: Any) -> None:
    assert run_script(source)["result"] == expected


def make_builtins() -> dict[str, Any]:
    """The table of builtins of a script."""
    return script_builtins(Guards(POLICY, frozenset()), print)


def test_a_script_has_no_builtin_that_the_policy_does_not_allow() -> None:
    ours = {"__import__", "__build_class__", "getattr", "hasattr", "setattr", "delattr", "print", "type"}
    assert make_builtins().keys() - ours <= POLICY.allowed_builtins
    assert not make_builtins().keys() & {"open", "eval", "exec", "compile", "globals", "input", "memoryview"}


def test_the_interpreters_own_builtins_stay_as_they_are() -> None:
    before = dict(vars(builtins))
    make_builtins()["len"] = None
    assert vars(builtins) == before


@pytest.mark.parametrize(
    ("name", "names", "said"),
    [
        ("os", None, "'os' is not available"),
        ("os.path", ("join",), "'os.path' is not available"),
        ("pandas.io.common", ("os",), "'pandas.io.common' is not available"),
        ("math", ("_private",), "math._private is not available"),
        ("statistics", ("sys",), "statistics.sys is not available"),
        ("graphlib", None, "'graphlib' is not installed here"),
    ],
)
def test_an_import_is_judged_again_when_it_runs(
    name: str, names: tuple[str, ...] | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.delitem(sys.modules, "graphlib", raising=False)
    with pytest.raises(ImportError, match=said):
        Guards(POLICY, frozenset()).import_module(name, {"__name__": "__main__"}, None, names or ())


def test_an_import_from_a_relative_place_is_refused() -> None:
    with pytest.raises(ImportError):
        Guards(POLICY, frozenset()).import_module("math", {"__name__": "__main__"}, None, (), 1)


def test_a_library_imports_what_it_needs() -> None:
    import os

    assert Guards(POLICY, frozenset()).import_module("os", {"__name__": "pandas.core"}) is os
