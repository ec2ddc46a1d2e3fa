"""What a script finds as builtins, and the guards behind the names the analyser leaves to run time."""

import builtins
import re
import sys
from collections.abc import Callable, Mapping
from io import BytesIO, StringIO
from string import Formatter
from types import FrameType, ModuleType
from typing import Any

from RestrictedPython.transformer import INSPECT_ATTRIBUTES

from sandbox_policies.compiler import SCRIPT_FILE
from sandbox_policies.policy import Policy
from sandbox_policies.transformer import (
    PATH_KEYWORDS,
    READABLE_PRIVATE,
    is_private_expression,
)

Attributes = Mapping[str, Any]


class Guards:
    """The guarded look-ups of one child, over one policy."""

    def __init__(self, policy: Policy, watched: frozenset[str]) -> None:
        self.policy = policy
        self.watched = watched
        self.formatter = _SafeFormatter(self)
        self.plain_builtins = {
            name: getattr(builtins, name) for name in policy.allowed_builtins if hasattr(builtins, name)
        }

    def read_attribute(self, owner: Any, name: str, *default: Any) -> Any:
        """`owner.name` where the name is watched or was computed. Raises AttributeError when refused."""
        name = _plain_text(name)
        self.check(owner, name)
        if name not in self.watched:
            return getattr(owner, name, *default)
        if isinstance(owner, ModuleType):
            value = getattr(owner, name, *default)
            if not self.policy.allows_value(_public_path(owner, self.policy), name, value):
                raise AttributeError(f"{owner.__name__}.{name} is not available to scripts")
        rule = self.policy.attributes.get(name)
        if rule is None or rule.guard is None:
            return getattr(owner, name, *default)
        return self.guarded(rule.guard, owner, name, default)

    def check(self, owner: Any, name: str) -> None:
        """Refuse private and dangerous names, and modules that the policy does not know."""
        rule = self.policy.attributes.get(name)
        private = name.startswith("_") and name not in READABLE_PRIVATE
        if private or name in INSPECT_ATTRIBUTES or (rule and rule.decision == "refuse"):
            raise AttributeError(f"the attribute {name!r} is not available to scripts")
        if isinstance(owner, ModuleType) and not self.policy.allows_name(
            _public_path(owner, self.policy), name
        ):
            raise AttributeError(f"{owner.__name__}.{name} is not available to scripts")

    def guarded(self, guard: str, owner: Any, name: str, default: tuple[Any, ...]) -> Any:
        """The attribute wrapped by the guard that its rule names."""
        if guard == "safe_format":
            return self.format_method(owner, name, default)
        method = getattr(owner, name, *default)
        if not callable(method):
            return method
        if guard == "safe_expression":
            return _expression_method(owner, name, method)
        check = {"text_only": _check_text_only, "buffer_only": _check_buffer_only}[guard]

        def call(*arguments: Any, **named: Any) -> Any:
            check(name, arguments[0 if not isinstance(owner, type) else 1 :], named)
            return method(*arguments, **named)

        return call

    def format_method(self, owner: Any, name: str, default: tuple[Any, ...]) -> Any:
        """`str.format` and `str.format_map` that refuse private fields; other objects are untouched."""
        if isinstance(owner, str):
            if name == "format":
                return lambda *arguments, **named: self.formatter.vformat(owner, arguments, named)
            return lambda mapping: self.formatter.vformat(owner, (), mapping)
        if isinstance(owner, type) and issubclass(owner, str):
            return lambda text, *arguments, **named: self.formatter.vformat(text, arguments, named)
        return getattr(owner, name, *default)

    def write_attribute(self, owner: Any, name: str, value: Any) -> None:
        """`setattr` that leaves modules and private names alone."""
        name = _plain_text(name)
        self.check(owner, name)
        if isinstance(owner, ModuleType | type(len)):
            raise AttributeError(f"{name!r} cannot be changed by a script")
        setattr(owner, name, value)

    def import_module(
        self,
        name: str,
        globals_: Attributes | None = None,
        _locals: Attributes | None = None,
        names: tuple[str, ...] | list[str] = (),
        level: int = 0,
    ) -> ModuleType:
        """`import` for scripts by the policy; library code that runs in the child imports freely."""
        # C code (strptime) imports in the name of the script, with a list where statements give a tuple.
        if isinstance(names, list) or (globals_ is not None and globals_.get("__name__") != "__main__"):
            return builtins_import(name, globals_, None, names, level)
        if level or self.policy.refuses_module(name) is not None:
            raise ImportError(f"the module {name!r} is not available to scripts")
        for part in names or ():
            if not self.policy.allows_name(name, part):
                raise ImportError(f"{name}.{part} is not available to scripts")
        module = sys.modules.get(name)
        if module is None:
            raise ImportError(f"the module {name!r} is not installed here")
        return module if names else sys.modules[name.split(".", maxsplit=1)[0]]


builtins_import = builtins.__import__


def _plain_text(name: Any) -> str:
    """The text that `name` really holds: a script's subclass of `str` may deny it. Raises TypeError."""
    if not isinstance(name, str):
        raise TypeError("attribute name must be a string")
    return str.__str__(name)


class _SafeFormatter(Formatter):
    def __init__(self, guards: Guards) -> None:
        super().__init__()
        self._guards = guards

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> tuple[Any, Any]:
        first = re.split(r"[.\[]", field_name, maxsplit=1)[0]
        value = self.get_value(int(first) if first.isdigit() else first, args, kwargs)
        for is_attribute, part in _field_parts(field_name[len(first) :]):
            value = (
                self._guards.read_attribute(value, part)
                if is_attribute
                else value[int(part) if part.isdigit() else part]
            )
        return value, first


def _field_parts(text: str) -> list[tuple[bool, str]]:
    parts: list[tuple[bool, str]] = []
    while text:
        if text[0] == "[":
            inside, _, text = text[1:].partition("]")
            parts.append((False, inside))
        else:
            end = min(
                (place for place in (text.find(".", 1), text.find("[", 1)) if place > 0), default=len(text)
            )
            parts.append((True, text[1:end]))
            text = text[end:]
    return parts


def _check_text_only(name: str, arguments: tuple[Any, ...], named: Attributes) -> None:
    given = [*arguments[:1], *(named[key] for key in PATH_KEYWORDS if key in named)]
    if any(target is not None and not isinstance(target, StringIO | BytesIO) for target in given):
        raise PermissionError(
            f"{name}() writes no files here: call it without a path, it then returns the text"
        )


def _check_buffer_only(name: str, arguments: tuple[Any, ...], named: Attributes) -> None:
    given = [*arguments[:1], *(named[key] for key in PATH_KEYWORDS if key in named)]
    if not given or not all(isinstance(source, StringIO | BytesIO) for source in given):
        raise PermissionError(f"{name}() reads no files or addresses here: pass io.StringIO(text)")


def _expression_method(owner: Any, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    """pandas' `query` or `eval`, which reads `@name` out of its caller: that must be the script itself."""
    kind = owner if isinstance(owner, type) else type(owner)
    if not isinstance(owner, ModuleType) and not any(
        base.__module__.partition(".")[0] == "pandas" for base in kind.__mro__
    ):
        return method

    def call(*arguments: Any, **named: Any) -> Any:
        given = arguments[1:2] if owner is kind else arguments[:1]
        expression = given[0] if given else named.get("expr", "")
        is_plain = type(expression) is str and not is_private_expression(expression)
        if not is_plain or "level" in named or not _is_script(sys._getframe(1)):
            raise PermissionError(f"{name}() takes plain arithmetic and comparisons of columns here")
        return method(*arguments, **named, level=1)

    return call


def _is_script(frame: FrameType) -> bool:
    return frame.f_code.co_filename == SCRIPT_FILE


def _public_path(module: ModuleType, policy: Policy) -> str:
    """The name under which the policy knows `module`. Raises AttributeError for an unknown one."""
    if module.__name__ in policy.allowed_modules:
        return module.__name__
    raise AttributeError(f"the module {module.__name__!r} is not available to scripts")


class _OnlyAsking(type):
    """The metaclass of what scripts know as `type`: it tells types, it makes none."""

    def __call__(cls, value: Any) -> type:
        return type(value)

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, type)

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, type)


class ScriptType(metaclass=_OnlyAsking):
    """`type` for scripts. With three arguments the real one builds classes past every name check."""

    def __class_getitem__(cls, item: Any) -> Any:
        return type[item]


def script_builtins(guards: Guards, show: Callable[..., None]) -> dict[str, Any]:
    """The table of builtins that a script runs with."""

    def has_attribute(owner: Any, name: str) -> bool:
        try:
            guards.read_attribute(owner, name)
        except AttributeError:
            return False
        return True

    def delete_attribute(owner: Any, name: str) -> None:
        name = _plain_text(name)
        guards.check(owner, name)
        delattr(owner, name)

    return guards.plain_builtins | {
        "getattr": guards.read_attribute,
        "hasattr": has_attribute,
        "setattr": guards.write_attribute,
        "delattr": delete_attribute,
        "print": show,
        "type": ScriptType,
        "__import__": guards.import_module,
        "__build_class__": builtins.__build_class__,
    }
