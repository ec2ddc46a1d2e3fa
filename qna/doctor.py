"""`qna doctor`: what is configured, what is embedded, and what works on this machine."""

import platform
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from executor.errors import JailUnavailable
from executor.jail.self_test import check_layers
from executor.settings import ExecutorSettings
from mcp_servers.financial.vendors.sample import load_sample
from prompts.library import load_library
from qna.configuration import find_configured
from qna.failures import ExitCode, PortTaken
from qna.health import ask_health, open_client
from qna.keeper import check_port
from qna.services import Service, list_services
from qna.settings import QnaSettings
from qna.terminal import plain
from sandbox_policies.policy import PolicyError
from service.settings import load_settings
from service.version import package_version

Verdict = Literal["ok", "note", "missing"]
MARKS: dict[Verdict, tuple[str, str]] = {
    "ok": ("ok", "green"),
    "note": ("note", "yellow"),
    "missing": ("MISSING", "bold red"),
}


@dataclass(frozen=True)
class Check:
    """One line of the report. `missing` is what commands cannot work without."""

    part: str
    verdict: Verdict
    detail: str


async def examine(settings: QnaSettings) -> dict[str, list[Check]]:
    """Every check, under the title of its section."""
    return {
        "This machine": [check_python(), check_data_dir(settings.qna_data_dir)],
        "Configuration": [check_configuration(), *list_embedded_parts()],
        "Jail": await check_jail(load_settings(ExecutorSettings).sandbox_policy_files),
        "Ports": await check_ports(list_services(settings)),
    }


def check_python() -> Check:
    """The version is never too old here: the package would not have been installed."""
    return Check("Python", "ok", f"{platform.python_version()}, qna-ai {package_version()}")


def check_data_dir(path: Path) -> Check:
    """Whether a file can be made in the data directory."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            return Check("data directory", "ok", str(path))
    except OSError as error:
        return Check("data directory", "missing", f"{path}: {error.strerror}; choose another with --data-dir")


def check_configuration() -> Check:
    """Names only: values may be secrets."""
    names = find_configured()
    return Check("variables set", "ok", ", ".join(names) or "none, every default is in force")


def list_embedded_parts() -> list[Check]:
    """Parts that work with nothing configured."""
    recipes = len(load_library().recipes)
    facts = load_sample().check_health().facts
    period = f"{facts['symbols']} symbols, {facts['first_day']} to {facts['as_of']}"
    return [
        Check("language model", "ok", f"embedded: the offline analyst over {recipes} recipes"),
        Check("market data", "ok", f"embedded: the {facts['vendor']} vendor, {period}"),
    ]


async def check_jail(policy_files: Sequence[Path]) -> list[Check]:
    """Every layer, as a child of the jail proves it on this machine."""
    try:
        layers = await check_layers(policy_files)
    except (JailUnavailable, PolicyError) as error:
        return [Check("jail", "missing", str(error))]
    return [
        Check(layer.name, "ok" if layer.is_on else "missing" if layer.is_required else "note", layer.detail)
        for layer in layers
    ]


async def check_ports(services: Sequence[Service]) -> list[Check]:
    """Free, ours, or somebody else's: then only `qna up` cannot work, and only there."""
    async with open_client(timeout_seconds=2) as client:
        return [
            Check(service.name, "ok", f"{service.url} runs, {health.status}")
            if (health := await ask_health(client, service.url))
            else _check_free(service)
            for service in services
        ]


def _check_free(service: Service) -> Check:
    try:
        check_port(service)
    except PortTaken as taken:
        return Check(service.name, "note", f"{taken.message}. {taken.next_step}")
    return Check(service.name, "ok", f"{service.url} is free")


def show_findings(console: Console, sections: dict[str, list[Check]]) -> ExitCode:
    """Print every section; fails when anything required is missing."""
    for title, checks in sections.items():
        console.print(Text(title, style="bold"))
        table = Table(box=None, show_header=False, pad_edge=False)
        for check in checks:
            mark, style = MARKS[check.verdict]
            table.add_row("", Text(mark, style=style), check.part, Text(plain(check.detail)))
        console.print(table)
    missing = [check.part for checks in sections.values() for check in checks if check.verdict == "missing"]
    if missing:
        console.print(Text(f"Missing: {', '.join(missing)}", style="bold red"))
    return ExitCode.PLATFORM_FAILED if missing else ExitCode.DONE
