"""The files of `prompts/templates`, read once. A slot without a value is an error, and one too many."""

import hashlib
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, Template, meta

PARTS = ("base_instructions", "script_contract", "rules", "output_format")
FIXED = "fixed.md.j2"


class UnusedSlot(Exception):
    """A value was given for which the template has no place."""


class Templates:
    """The prompt's texts. `fixed` has no slot that a question fills; `version` is a hash of all files."""

    def __init__(self) -> None:
        folder = files("prompts").joinpath("templates")
        self._sources = {
            entry.name: entry.read_text("utf-8") for entry in sorted(folder.iterdir(), key=lambda e: e.name)
        }
        self._compiled: dict[str, tuple[Template, frozenset[str]]] = {}
        self.version = hashlib.sha256("\0".join(self._sources.values()).encode()).hexdigest()[:12]
        self.fixed = self.render(FIXED, **{name: self._sources[f"{name}.md"].strip() for name in PARTS})

    @property
    def names(self) -> tuple[str, ...]:
        """Every file there is."""
        return tuple(self._sources)

    def source(self, name: str) -> str:
        """One file as it is written."""
        return self._sources[name]

    def render(self, name: str, **slots: Any) -> str:
        """One template filled. Raises `UnusedSlot`, or `UndefinedError` for a slot without a value."""
        if name not in self._compiled:
            self._compiled[name] = compile_template(self._sources[name])
        return fill(*self._compiled[name], slots)


def compile_template(source: str) -> tuple[Template, frozenset[str]]:
    """A template and the names of its slots."""
    # The prompt is plain text for a model, so nothing is escaped for HTML.
    environment = Environment(undefined=StrictUndefined)  # noqa: S701
    slots = meta.find_undeclared_variables(environment.parse(source))
    return environment.from_string(source), frozenset(slots)


def fill(template: Template, slots: frozenset[str], values: dict[str, Any]) -> str:
    """`template` with `values` in its slots."""
    unused = values.keys() - slots
    if unused:
        raise UnusedSlot(f"the template has no slot for {', '.join(sorted(unused))}")
    return template.render(values).strip()
