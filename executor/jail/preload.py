"""Everything that a script may import, and what libraries import only when used, loaded before sealing.

After sealing there is no file system: what is not loaded by then can never be.
"""

import importlib
import os
import pkgutil
from contextlib import suppress
from types import ModuleType
from zoneinfo import ZoneInfo, available_timezones

from sandbox_policies.policy import Policy, Weight

TABLE_PACKAGES = """
pandas.core pandas.io.formats pandas.io.json pandas.tseries
numpy.lib numpy.fft numpy.linalg numpy.ma numpy.polynomial numpy.random
"""
"""Packages whose functions import their own submodules when called."""
LAZY_MODULES = """
_strptime _pylong encodings.ascii encodings.latin_1 encodings.cp1252 encodings.utf_16
encodings.utf_8_sig
encodings.idna encodings.unicode_escape encodings.raw_unicode_escape encodings.hex_codec
encodings.base64_codec
"""


def import_allowed(policy: Policy, weight: Weight) -> dict[str, ModuleType]:
    """Every module that scripts of this jail may use, as far as it is installed, by name."""
    modules = {}
    for name, rule in sorted(policy.allowed_modules.items()):
        if name != "mcp_client" and rule.weight_of(name) <= weight:
            with suppress(ImportError):
                modules[name] = importlib.import_module(name)
    return modules


def show_one_core() -> None:
    """Libraries that would spread their work over threads see one core: a child has no threads."""
    os.cpu_count = _one
    if hasattr(os, "process_cpu_count"):
        os.process_cpu_count = _one


def _one() -> int:
    return 1


def import_lazy_parts() -> list[ZoneInfo]:
    """What Python would import on first use. Returns every time zone, to be kept alive."""
    for name in LAZY_MODULES.split():
        with suppress(ImportError):
            importlib.import_module(name)
    return [ZoneInfo(name) for name in sorted(available_timezones())]


def import_table_parts() -> list[ZoneInfo]:
    """What numpy and pandas would. Returns every time zone in Python, as which pandas asks for it."""
    importlib.import_module("pandas.plotting")
    for package in TABLE_PACKAGES.split():
        path = importlib.import_module(package).__path__
        for found in pkgutil.walk_packages(path, f"{package}."):
            if ".tests" not in found.name:
                # An optional dependency that is missing here (numba, pyarrow) is missing for scripts too.
                with suppress(ImportError):
                    importlib.import_module(found.name)
    kind = importlib.import_module("zoneinfo._zoneinfo").ZoneInfo
    return [kind(name) for name in sorted(available_timezones())]
