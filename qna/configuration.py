"""Every environment variable that a process of ours reads, and `.env.example`, which lists them.

`python -m qna.configuration > .env.example` writes that file anew.
"""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from dotenv import dotenv_values

from service.settings import ServiceSettings, load_settings

SETTINGS_MODULES = (
    "service.settings",
    "qna.settings",
    "api_server.settings",
    "executor.settings",
    "mcp_servers.financial.settings",
    "mcp_servers.analytics.settings",
    "mcp_servers.validation.settings",
)
HEADER = """\
# Every variable that a process of qna-ai reads, with its default. Copy this file to .env and
# uncomment what you change; the environment wins over .env, and an empty value counts as absent.
"""


@dataclass(frozen=True)
class Variable:
    """One environment variable. `default` is as it would be written; "" when there is none."""

    name: str
    default: str
    description: str


def list_settings_classes() -> list[type[ServiceSettings]]:
    """The base class first, then those of each process."""
    names = [value for module in SETTINGS_MODULES for value in vars(import_module(module)).values()]
    classes = [each for each in names if isinstance(each, type) and issubclass(each, ServiceSettings)]
    return list(dict.fromkeys(classes))


def list_variables(settings_class: type[ServiceSettings]) -> Iterator[Variable]:
    """What `settings_class` reads, inherited fields included."""
    for name, field in settings_class.model_fields.items():
        variable = field.validation_alias if isinstance(field.validation_alias, str) else name
        default = write_value(field.get_default(call_default_factory=True, validated_data={}))
        yield Variable(variable.upper(), default, field.description or "")


def write_value(value: Any) -> str:
    """A setting's value as an environment variable holds it: lists and booleans as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool | list | dict):
        return json.dumps(value, default=str)
    return str(value).rstrip("/")


def check_settings() -> None:
    """Raises `BadSetting` for a variable with which one of the servers could not start."""
    for settings_class in list_settings_classes():
        load_settings(settings_class)


def find_configured() -> list[str]:
    """Names of the variables that are set, in the environment or in `.env`; their values may be secrets."""
    present = {name.upper() for name, value in {**dotenv_values(".env"), **os.environ}.items() if value}
    known = {variable.name for each in list_settings_classes() for variable in list_variables(each)}
    return sorted(present & known)


def render_env_example() -> str:
    """The text of `.env.example`: each variable once, where it is read first."""
    parts = [HEADER]
    written: set[str] = set()
    for settings_class in list_settings_classes():
        new = [variable for variable in list_variables(settings_class) if variable.name not in written]
        written.update(variable.name for variable in new)
        if new:
            process = settings_class.__module__.replace(".settings", "")
            parts.append(f"\n# --- {'every process' if process == 'service' else process} ---\n")
            parts.extend(f"# {each.description}\n# {each.name}={each.default}\n" for each in new)
    return "".join(parts)


if __name__ == "__main__":
    sys.stdout.write(render_env_example())
