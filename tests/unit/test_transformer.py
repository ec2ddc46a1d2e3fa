"""Ordinary Python is accepted and means what it says; what leads out of a script is refused."""

import inspect
import sys
from collections.abc import Callable
from typing import Any

import numpy as np  # noqa: F401  scripts import it, and only what is loaded can be imported
import pandas as pd  # noqa: F401
import pytest

from sandbox_policies.analyser import analyse
from tests.doubles.script import POLICY, run_script
from tests.idioms import classes, language, libraries

IDIOMS = [
    value
    for module in (language, classes, libraries)
    for value in vars(module).values()
    if inspect.isfunction(value)
]

REFUSED = {
    "ATTRIBUTE_REFUSED": [
        "().__class__",
        "int.__bases__",
        "object.__subclasses__()",
        "(lambda: 0).__dict__",
        "(lambda: 0).__globals__",
        "(lambda: 0).__code__",
        "int.mro()",
        "(x for x in []).gi_frame",
        "try:\n    1/0\nexcept Exception as e:\n    e.__traceback__",
        "def f(t): return t.tb_frame",
        "def f(t): return t.f_globals",
        "import pandas as pd\npd.DataFrame()._mgr",
        "def f(x): return x.__init_subclass__",
        "class A:\n    def f(self): return self.__class__",
        "class A:\n    def f(self): return super().__self_class__",
        "class A: pass\nA().__class__ = A",
        "class A: pass\nA.__name__ += 'x'\ndel A.__dict__",
        "import pandas as pd\npd.io.common.os",
        "import pandas as p, numpy as n\np.DataFrame; n.ctypeslib",
        "import json\njson.dumps = 1",
        "import json\njson.dumps += 1",
        "import json\ndel json.dumps",
        "import pandas as pd\npd.DataFrame.to_dict = 1",
        "import pandas as pd\n[0 for pd.x in [1]]",
        "def f(df): df.to_pickle('x')",
        "def f(df): return df.to_sql",
        "import pandas as pd\nf = pd.read_csv",
        "match 1:\n    case int(__class__=c): pass",
        "match 1:\n    case object(to_csv=c): pass",
    ],
    "NAME_REFUSED": [
        "_getattr_ = 1",
        "__name__ = 1",
        "__build_class__ = 1",
        "def f(_getattr_): pass",
        "def f(*, _getattr_=1): pass",
        "def f(_getattr_, /): pass",
        "def f(*_getattr_): pass",
        "def f(**_getattr_): pass",
        "f = lambda _getattr_: 1",
        "def _getattr_(a, b): pass",
        "class _getattr_: pass",
        "import math as _getattr_",
        "from math import sqrt as _getattr_",
        "for _getattr_ in []: pass",
        "(_getattr_ := 1)",
        "with x as _getattr_: pass",
        "try:\n    pass\nexcept Exception as _getattr_:\n    pass",
        "def f():\n    global _getattr_",
        "def f():\n    _a = 1\n    def g():\n        nonlocal _getattr_",
        "del _getattr_",
        "match 1:\n    case _getattr_: pass",
        "match []:\n    case [*_getattr_]: pass",
        "match {}:\n    case {**_getattr_}: pass",
        "[1 for _getattr_ in []]",
        "_getattr_ += 1",
        "_getattr_: int = 1",
        "(_getattr_)(1, 'x')",
    ],
    "BUILTIN_REFUSED": [
        "__builtins__",
        "__import__('os')",
        "f = eval",
        "print(exec)",
        "globals()",
        "open('x')",
        "vars()",
    ],
    "IMPORT_REFUSED": [
        "from math import *",
        "from .x import y",
        "import pandas.io.common",
        "import os as math",
        "import math, os",
        "def f():\n    import os",
        "from numpy import ctypeslib",
        "from pandas import io",
        "import importlib",
    ],
    "ARGUMENT_REFUSED": [
        "def f(df): df.to_csv('x')",
        "def f(df): df.to_csv(path_or_buf='x')",
        "import pandas as pd\npd.read_json('http://example.org')",
        "'{0.__class__}'.format(1)",
        "'{0[__class__]}'.format(1)",
        "'{:{0.__class__}}'.format(1)",
        "def f(df): df.query('@x.__class__')",
        "def f(df): df.query(expr='a._mgr > 1')",
        "import pandas as pd\npd.eval('@pd.io')",
    ],
    "STATEMENT_REFUSED": [
        "class A(metaclass=type): pass",
        "async def f(): pass",
        "async def f(): await x",
        "async def f():\n    async for x in y: pass",
        "try:\n    pass\nexcept* ValueError:\n    pass",
    ],
}
ATTEMPTS = [(code, source) for code, sources in REFUSED.items() for source in sources]


@pytest.mark.parametrize("idiom", IDIOMS, ids=lambda idiom: idiom.__name__)
def test_an_ordinary_idiom_means_the_same_as_without_checks(idiom: Callable[[], Any]) -> None:
    script = run_script(f"{inspect.getsource(idiom)}\nresult = {idiom.__name__}()\n")
    assert script["result"] == idiom()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("n = 0\ndef f():\n    global n\n    n += 1\nf()\nresult = n", 1),
        ("result = 'imported'\nif __name__ == '__main__':\n    result = 'run'", "run"),
        ("__all__ = ['x']\n__version__ = '1'\nresult = __version__", "1"),
        ("x: int = 1\ny: str\nresult = x", 1),
        ("from __future__ import annotations\ndef f(x: Unknown) -> None: ...\nresult = f(1)", None),
        ("print('a', 1, sep='-', end='', flush=True)\nresult = printed", ["a 1"]),
    ],
)
def test_a_module_level_idiom_means_what_it_says(source: str, expected: Any) -> None:
    assert run_script(source)["result"] == expected


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the syntax came with Python 3.12")
def test_type_parameters_and_aliases_are_accepted() -> None:
    source = "type Pair[T] = tuple[T, T]\ndef first[T](p: Pair[T]) -> T: return p[0]\nresult = first((1, 2))"
    assert run_script(source)["result"] == 1


@pytest.mark.parametrize(("code", "source"), ATTEMPTS)
def test_what_leads_out_of_a_script_is_refused(code: str, source: str) -> None:
    errors = analyse(f"{source}\nresult = 1\n", POLICY).errors
    assert code in {error.code for error in errors}
    assert all(error.hint for error in errors)


def test_only_watched_names_cost_a_guard() -> None:
    from sandbox_policies.compiler import compile_script

    code = compile_script("result = 'a'.upper().format()", POLICY, frozenset({"format"})).code
    assert code is not None
    assert code.co_names.count("_getattr_") == 1
    assert "upper" in code.co_names
    assert "format" not in code.co_names
