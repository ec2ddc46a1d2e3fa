"""Walking from an innocent object to the operating system."""

import pytest

from tests.attacks.bare_jail import BareJail
from tests.attacks.scene import Scene, came_as_far_as_the_kernel
from tests.doubles.execution_server import ExecutionServer

ATTACKS = {
    "subclasses": """
found = [kind for kind in ().__class__.__base__.__subclasses__() if kind.__name__ == '_wrap_close'][0]
result = dict(found.__init__.__globals__['environ'])
""",
    "function_globals": """
import textwrap
result = textwrap.wrap.__globals__['__builtins__']['open']('@FILE@').read()
""",
    "generator_frame": """
def walk():
    yield generator.gi_frame.f_back.f_back.f_globals['os'].environ
generator = walk()
result = dict(next(generator))
""",
    "traceback_frame": """
try:
    1 / 0
except ZeroDivisionError as error:
    frame = error.__traceback__.tb_frame
while 'os' not in frame.f_globals:
    frame = frame.f_back
result = dict(frame.f_globals['os'].environ)
""",
    "format_field": """
import warnings
result = '{0._module.sys.modules[os].environ}'.format(warnings.catch_warnings())
""",
    "format_map": """
import warnings
template = '{a._module.sys.modules[os].environ}'
result = template.format_map({'a': warnings.catch_warnings()})
""",
    "string_formatter": """
import string, warnings
field, _ = string.Formatter().get_field('0._module.sys.modules[os].environ', [warnings.catch_warnings()], {})
result = dict(field)
""",
    "reduce_getattr": """
import functools, warnings
modules = functools.reduce(getattr, ['_module', 'sys', 'modules'], warnings.catch_warnings())
result = dict(modules['os'].environ)
""",
    "attrgetter": """
import operator, warnings
modules = operator.attrgetter('_module.sys.modules')(warnings.catch_warnings())
result = dict(modules['os'].environ)
""",
    "methodcaller": """
import operator, json
result = operator.methodcaller('open', '@FILE@')(json.codecs).read()
""",
    "match_pattern": """
import textwrap
match textwrap.wrap:
    case object(__globals__=table):
        result = table['__builtins__']['open']('@FILE@').read()
""",
    "attribute_error": """
import warnings
try:
    warnings.catch_warnings().missing
except AttributeError as error:
    result = dict(error.obj._module.sys.modules['os'].environ)
""",
    "module_in_random": "import random; result = dict(random._os.environ)",
    "module_in_statistics": "import statistics; result = dict(statistics.sys.modules['os'].environ)",
    "module_in_json": "import json; result = json.codecs.open('@FILE@').read()",
    "module_in_typing": "from typing import sys; result = dict(sys.modules['os'].environ)",
    "module_in_pandas": "import pandas as pd; result = dict(pd.io.common.os.environ)",
    "module_under_another_name": """
import pandas
names = [pandas, 'io', 'common', 'os', 'environ']
while len(names) > 1:
    names[0] = getattr(names[0], names.pop(1))
result = dict(names[0])
""",
    "ctypes_in_numpy": """
import numpy as np
call = np.ctypeslib.ctypes.CDLL(None).getenv
call.restype = np.ctypeslib.ctypes.c_char_p
result = str(call(b'CANARY_SECRET'))
""",
    "pandas_expression": """
import pandas as pd
table = pd.DataFrame({'a': [1]}).eval('b = @sys', level=1)
result = dict(table['b'].iloc[0].modules['os'].environ)
""",
    "decorator_as_call": """
@eval
@'__import__("os").environ.copy()'.format
class Anything: pass
result = dict(Anything)
""",
    "text_that_lies": """
import warnings
class Liar(str):
    def startswith(self, *parts): return False
    def __str__(self): return self
    def __eq__(self, other): return False
    def __hash__(self): return 1
module = getattr(warnings.catch_warnings(), Liar('_module'))
result = dict(module.sys.modules['os'].environ)
""",
    "eval": "result = dict(eval('__import__(\"os\").environ'))",
    "exec": "exec('import os; result = dict(os.environ)')",
    "compiled_code": """
code = compile('__import__("os").environ["CANARY_SECRET"]', 'x', 'eval')
result = type(lambda: 0)(code, {'__builtins__': __builtins__})()
""",
    "import_by_name": "result = dict(__import__('os').environ)",
    "importlib": "import importlib; result = dict(importlib.import_module('os').environ)",
    "loader": "import sys; result = dict(sys.modules['os'].environ)",
    "built_class": """
Kind = type('Kind', (), {'__getattr__': lambda self, name: __import__(name)})
result = dict(Kind().os.environ)
""",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_works_without_a_jail(scene: Scene, attack: str) -> None:
    assert scene.attack_plainly(ATTACKS[attack])


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_jail_holds(scene: Scene, executor: ExecutionServer, attack: str) -> None:
    assert not scene.evidence_in(executor.execute(scene.place(ATTACKS[attack])))


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_kernel_alone_holds(scene: Scene, bare_jail: BareJail, attack: str) -> None:
    report = bare_jail.execute(scene.place(ATTACKS[attack]))
    assert not scene.evidence_in(report)
    assert came_as_far_as_the_kernel(report), report.error
