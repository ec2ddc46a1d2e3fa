"""The policy: rules read from TOML, checked, and asked about modules, names and limits."""

import hashlib
import importlib
import re
import sys
import tomllib
from collections.abc import Iterable
from enum import IntEnum
from fnmatch import translate
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import Literal, Self
from unicodedata import normalize

from pydantic import ConfigDict, Field, ValidationError, model_validator

from schemas.wire import Wire

Guard = Literal["text_only", "buffer_only", "safe_format", "safe_expression"]


class PolicyError(Exception):
    """A policy file is wrong; the message names the file and what to change."""


class Rule(Wire):
    """A decision with its reason, and examples that prove it. Every example is a whole script."""

    id: str
    why: str
    hint: str = ""
    accepts: list[str] = Field(min_length=1)
    refuses: list[str] = Field(min_length=1)


class Weight(IntEnum):
    """How much a jail has loaded: Python alone, the libraries of many scripts, or all that is allowed."""

    BARE = 0
    LIGHT = 1
    FULL = 2


class ModuleRule(Rule):
    """Which modules may be imported, and which of their names used."""

    decision: Literal["allow", "refuse"]
    modules: list[str]
    names: Literal["public"] | list[str] = "public"
    refused_names: tuple[str, ...] = ()
    """Names, or patterns of names as of files."""
    loaded_for: list[str] = Field(default_factory=list)
    """The modules are loaded only for scripts whose text holds one of these.

    When empty: those of libraries only for scripts that name the library, Python's own for every script.
    """

    def weight_of(self, module: str) -> Weight:
        """The lightest jail that has `module`."""
        if self.loaded_for:
            return Weight.FULL
        package = module.partition(".")[0]
        is_own = package in sys.stdlib_module_names or package == "mcp_client"
        return Weight.BARE if is_own else Weight.LIGHT


class AttributeRule(Rule):
    """Attribute names that are refused on any object, or let through by a named guard."""

    decision: Literal["refuse", "guard"]
    attributes: list[str]
    guard: Guard | None = None

    @model_validator(mode="after")
    def _has_guard(self) -> Self:
        if (self.decision == "guard") != (self.guard is not None):
            raise ValueError(f"rule {self.id!r}: `guard` goes with decision = 'guard' and only with it")
        return self


class BuiltinRule(Rule):
    """Builtins that a script has, or that are refused with a reason."""

    decision: Literal["allow", "refuse"]
    builtins: list[str]


class Limits(Wire):
    """Bounds of one execution beyond its time and memory. Bytes are of JSON on the wire."""

    calls_max: int
    calls_at_once_max: int
    call_bytes_max: int
    response_bytes_max: int
    response_total_bytes_max: int
    printed_characters_max: int
    printed_total_max: int
    result_bytes_max: int
    result_depth_max: int
    result_values_max: int
    steps_max: int
    source_characters_max: int
    syntax_nodes_max: int
    open_files_max: int


class Layers(Wire):
    """Layers of the jail that the server will not start without."""

    required: list[str]


class Cgroup(Wire):
    """Bounds of the jail as a whole, where a cgroup is delegated to the server."""

    memory_share: float = Field(gt=0, le=1)
    processes_max: int


class SystemCalls(Wire):
    """System calls that the child may make; everything else answers EPERM."""

    allowed: list[str]


class Conditions(Wire):
    """Arguments that are refused although the system call is allowed."""

    refuse_executable_pages: bool
    refuse_shared_memory: bool


class Policy(Wire):
    """All rules in force. Later files replace rules with the same id and add the others."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    module: list[ModuleRule] = Field(default_factory=list)
    attribute: list[AttributeRule] = Field(default_factory=list)
    builtin: list[BuiltinRule] = Field(default_factory=list)
    limits: Limits
    layers: Layers
    cgroup: Cgroup
    system_calls: SystemCalls
    conditions: Conditions
    version: str

    @cached_property
    def allowed_modules(self) -> dict[str, ModuleRule]:
        """Module name to the rule that allows it; a refusing rule elsewhere wins."""
        allowed = {name: rule for rule in self.module if rule.decision == "allow" for name in rule.modules}
        return {
            name: rule for name, rule in allowed.items() if name.partition(".")[0] not in self.refused_modules
        }

    @cached_property
    def refused_modules(self) -> dict[str, ModuleRule]:
        """Top-level module name to the rule that refuses it by name."""
        return {name: rule for rule in self.module if rule.decision == "refuse" for name in rule.modules}

    @cached_property
    def attributes(self) -> dict[str, AttributeRule]:
        """Attribute name to its rule, for refused and guarded names; refusing wins."""
        ordered = sorted(self.attribute, key=lambda rule: rule.decision == "refuse")
        return {name: rule for rule in ordered for name in rule.attributes}

    @cached_property
    def allowed_builtins(self) -> frozenset[str]:
        """Names of builtins that a script has."""
        allowed = {name for rule in self.builtin if rule.decision == "allow" for name in rule.builtins}
        return frozenset(allowed - self.refused_builtins.keys())

    @cached_property
    def refused_builtins(self) -> dict[str, BuiltinRule]:
        """Builtin name to the rule that refuses it."""
        return {name: rule for rule in self.builtin if rule.decision == "refuse" for name in rule.builtins}

    @property
    def rules(self) -> list[Rule]:
        """Every rule that carries examples."""
        return [*self.module, *self.attribute, *self.builtin]

    def refuses_module(self, name: str) -> Rule | Literal["unknown"] | None:
        """None when `name` may be imported; else the refusing rule, or "unknown" without one."""
        if name in self.allowed_modules:
            return None
        return self.refused_modules.get(name.partition(".")[0], "unknown")

    @cached_property
    def weights(self) -> frozenset[Weight]:
        """The jails that there must be."""
        return frozenset([Weight.BARE, *self.weighing_words.values()])

    @cached_property
    def weighing_words(self) -> dict[str, Weight]:
        """Words by which a script may need modules that are not loaded for every script, and their jail."""
        words: dict[str, Weight] = {}
        for module, rule in self.allowed_modules.items():
            weight = rule.weight_of(module)
            for word in rule.loaded_for or [module.partition(".")[0]]:
                words[word] = max(weight, words.get(word, weight))
        return {word: weight for word, weight in words.items() if weight > Weight.BARE}

    def weigh(self, script: str) -> Weight:
        """The lightest jail for `script`: a module cannot be imported without being named."""
        # As Python reads names: letters of other widths are the same letters.
        text = script if script.isascii() else normalize("NFKC", script)
        found = [weight for word, weight in self.weighing_words.items() if word in text]
        return max(found, default=Weight.BARE)

    def allows_name(self, module: str, name: str) -> bool:
        """Whether a script may use `name` of the allowed module `module`."""
        rule = self.allowed_modules[module]
        if f"{module}.{name}" in self.allowed_modules:
            return True
        if name.startswith("_") or _any_of(rule.refused_names).match(name):
            return False
        if isinstance(rule.names, list):
            return name in rule.names
        public = _public_names(module)
        return public is None or name in public

    def watched_names(self, modules: dict[str, ModuleType]) -> frozenset[str]:
        """Attribute names that must be looked up through the guard, given the imported modules.

        They are the refused public names of every allowed module, so that `x = pandas; x.io` is
        caught, while all other attributes cost nothing at run time.
        """
        watched = {name for name, rule in self.attributes.items() if rule.decision == "guard"}
        for module_name in self.allowed_modules.keys() & modules.keys():
            module = modules[module_name]
            for name in dir(module):
                if not name.startswith("_") and not self.allows_value(
                    module_name, name, module.__dict__.get(name)
                ):
                    watched.add(name)
        return frozenset(watched)

    def allows_value(self, module: str, name: str, value: object) -> bool:
        """Like `allows_name`, knowing what the name holds: modules must be allowed themselves."""
        if not self.allows_name(module, name):
            return False
        return not isinstance(value, ModuleType) or value.__name__ in self.allowed_modules


@lru_cache(maxsize=256)
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """What matches a name that one of `patterns` fits."""
    return re.compile("|".join(map(translate, patterns)) or "(?!)")


@lru_cache(maxsize=256)
def _public_names(module: str) -> frozenset[str] | None:
    """Public names of a standard library module; None for others, which are not imported for it."""
    if module.partition(".")[0] not in sys.stdlib_module_names:
        return None
    loaded = importlib.import_module(module)
    if hasattr(loaded, "__all__"):
        return frozenset(loaded.__all__)
    return frozenset(
        name
        for name, value in vars(loaded).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    )


def load_policy(extra_files: Iterable[Path] = ()) -> Policy:
    """Our rules, then the operator's files over them.

    Raises `PolicyError` for a file that cannot be read, an unknown key, or a rule without examples.
    """
    texts = [
        (entry.name, entry.read_text("utf-8"))
        for entry in sorted(resources.files("sandbox_policies").iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    ]
    for path in extra_files:
        try:
            texts.append((str(path), Path(path).read_text("utf-8")))
        except OSError as error:
            raise PolicyError(f"policy file {str(path)!r} cannot be read: {error.strerror}") from error
    merged: dict[str, object] = {}
    for name, text in texts:
        try:
            _merge(merged, tomllib.loads(text))
            Policy.model_validate({**_BLANK, **merged, "version": "partial"})
        except (tomllib.TOMLDecodeError, ValidationError) as error:
            raise PolicyError(f"policy file {name!r}: {error}") from error
    digest = hashlib.sha256("\0".join(text for _, text in texts).encode()).hexdigest()[:16]
    return Policy.model_validate({**merged, "version": digest})


def _merge(merged: dict[str, object], addition: dict[str, object]) -> None:
    for key, value in addition.items():
        known = merged.get(key)
        if isinstance(value, list) and isinstance(known, list):
            replaced = {rule.get("id") for rule in value}
            merged[key] = [rule for rule in known if rule.get("id") not in replaced] + value
        elif isinstance(value, dict) and isinstance(known, dict):
            merged[key] = {**known, **value}
        else:
            merged[key] = value


_BLANK: dict[str, object] = {
    "limits": dict.fromkeys(Limits.model_fields, 1),
    "layers": {"required": []},
    "system_calls": {"allowed": []},
    "conditions": {"refuse_executable_pages": True, "refuse_shared_memory": True},
}
