"""Attacks on the language: from an ordinary object, by its attributes, to what opens files."""

from tests.attacks.stage import Attack

ATTACKS = [
    Attack(
        "down from the base of all classes",
        "file",
        """
for kind in ().__class__.__base__.__subclasses__():
    if kind.__name__ == "FileLoader":
        result = kind("x", "@SECRET@").get_data("@SECRET@").decode()
""",
    ),
    Attack(
        "down from object",
        "file",
        """
loader = [kind for kind in object.__subclasses__() if kind.__name__ == "BuiltinImporter"][0]
result = loader.load_module("_io").open("@SECRET@").read()
""",
    ),
    Attack(
        "the globals of a function",
        "file",
        "def f(): pass\nresult = f.__globals__['__builtins__']['open']('@SECRET@').read()",
    ),
    Attack(
        "the globals of a library's function",
        "file",
        "import json\nresult = json.loads.__globals__['__builtins__']['open']('@SECRET@').read()",
    ),
    Attack(
        "the owner of a builtin",
        "file",
        "result = print.__self__.open('@SECRET@').read()",
    ),
    Attack(
        "a computed attribute name",
        "file",
        "result = getattr(print, '__' + 'self' + '__').open('@SECRET@').read()",
    ),
    Attack(
        "a name of a kind that changes",
        "file",
        """
class Name(str):
    def startswith(self, *_): return False
    def __str__(self): return self
result = getattr(print, Name("__self__")).open("@SECRET@").read()
""",
    ),
    Attack(
        "a name in look-alike letters",
        "file",
        "result = print._\uff3fself__.open('@SECRET@').read()",
    ),
    Attack(
        "a method called as a function",
        "file",
        "result = object.__getattribute__(print, '__self__').open('@SECRET@').read()",
    ),
    Attack(
        "the frame of a generator",
        "file",
        """
def walk():
    yield frames[0].gi_frame.f_back.f_builtins["open"]("@SECRET@").read()
frames = [None]
frames[0] = walk()
result = next(frames[0])
""",
    ),
    Attack(
        "the frame of a generator expression",
        "file",
        "g = (n for n in [1])\nresult = g.gi_frame.f_builtins['open']('@SECRET@').read()",
    ),
    Attack(
        "the frame of a coroutine",
        "file",
        "async def f(): pass\nc = f()\nresult = c.cr_frame.f_builtins['open']('@SECRET@').read()\nc.close()",
    ),
    Attack(
        "the frame of an error",
        "file",
        """
try:
    1 / 0
except ZeroDivisionError as error:
    result = error.__traceback__.tb_frame.f_builtins["open"]("@SECRET@").read()
""",
    ),
    Attack(
        "an error's traceback by another way",
        "file",
        """
class Exit:
    def __enter__(self): return self
    def __exit__(self, kind, error, trace):
        self.trace = trace
        return True
with Exit() as exit_:
    1 / 0
result = exit_.trace.tb_frame.f_builtins["open"]("@SECRET@").read()
""",
    ),
    Attack(
        "an error that names its object",
        "file",
        """
try:
    "{0.__self__.nothing}".format(print)
except AttributeError as error:
    result = error.obj.open("@SECRET@").read()
""",
    ),
    Attack(
        "a format string",
        "environment",
        "import random\nresult = '{0._os.environ}'.format(random)",
    ),
    Attack(
        "a format string with a mapping",
        "environment",
        "import random\nresult = '{r._os.environ}'.format_map({'r': random})",
    ),
    Attack(
        "a format method handed on",
        "environment",
        "import random\nresult = list(map(str.format, ['{0._os.environ}'], [random]))",
    ),
    Attack(
        "a format specification within one",
        "environment",
        """
import random
class Echo:
    def __format__(self, form): return form
result = "{0:{1._os.environ}}".format(Echo(), random)
""",
    ),
    Attack(
        "a match pattern",
        "file",
        """
match print:
    case object(__self__=found):
        result = found.open("@SECRET@").read()
""",
    ),
    Attack(
        "a match pattern by position",
        "file",
        """
class Door(type):
    def __instancecheck__(cls, value): return True
class Any(metaclass=Door):
    __match_args__ = ("__self__",)
match print:
    case Any(found):
        result = found.open("@SECRET@").read()
""",
    ),
    Attack(
        "a class built from parts",
        "file",
        """
kind = type("T", (), {"find": lambda self: self.__class__.find.__globals__["__builtins__"]})
result = kind().find()["open"]("@SECRET@").read()
""",
    ),
    Attack(
        "a getter from operator",
        "file",
        "import operator\nresult = operator.attrgetter('__self__')(print).open('@SECRET@').read()",
    ),
    Attack(
        "a caller from operator",
        "file",
        "import operator\nresult = operator.methodcaller('open', '@SECRET@')(print.__self__).read()",
    ),
    Attack(
        "a reduction",
        "file",
        """
from functools import reduce
result = reduce(getattr, ["__self__", "open"], print)("@SECRET@").read()
""",
    ),
    Attack(
        "a map of getattr",
        "file",
        "result = next(map(getattr, [print], ['__self__'])).open('@SECRET@').read()",
    ),
    Attack(
        "a sort key",
        "file",
        """
found = []
sorted([print], key=lambda value: found.append(value.__self__) or 0)
result = found[0].open("@SECRET@").read()
""",
    ),
    Attack("evaluate text", "file", "result = eval('open(\"@SECRET@\").read()')"),
    Attack(
        "execute text",
        "file",
        "space = {}\nexec('r = open(\"@SECRET@\").read()', space)\nresult = space['r']",
    ),
    Attack(
        "a code object put into a function",
        "file",
        """
def a(): return 1
def b(): return open("@SECRET@").read()
a.__code__ = b.__code__
result = a()
""",
    ),
    Attack("import by function", "file", "result = __import__('os').popen('cat @SECRET@').read()"),
    Attack(
        "a module in a module",
        "file",
        "import random\nresult = random._os.popen('cat @SECRET@').read()",
    ),
    Attack(
        "a module of a library's module",
        "file",
        "import pandas as pd\nresult = pd.io.common.os.popen('cat @SECRET@').read()",
    ),
    Attack(
        "a module through the type hints",
        "file",
        """
import typing
def f(a: "print(open('@SECRET@').read())"): pass
result = str(typing.get_type_hints(f))
""",
    ),
    Attack(
        "a name from a text subclass in a format string",
        "environment",
        """
import random
class Text(str):
    pass
result = Text("{0._os.environ}").format(random)
""",
    ),
    Attack(
        "a dataclass field's default",
        "file",
        """
import dataclasses
@dataclasses.dataclass
class Loot:
    text: str = dataclasses.field(default_factory=lambda: print.__self__.open("@SECRET@").read())
result = Loot().text
""",
    ),
]
