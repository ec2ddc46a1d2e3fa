"""Three engines with ever fewer walls, and a fresh stage for every attack."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from executor.engine import Engine
from tests.attacks.engines import (
    RunningEngine,
    UnfilteredLauncher,
    UnwalledLauncher,
    make_settings,
    running,
)
from tests.attacks.stage import Planted, Stage, open_stage, planted_secrets

WITHOUT_FILTER = """
[layers]
required = ["unprivileged", "no-new-privileges", "network-namespace", "empty-file-system", "landlock"]
"""


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    with planted_secrets(tmp_path_factory.mktemp("planted")) as secrets:
        yield secrets


@pytest.fixture(scope="session")
def jail(planted: Planted) -> Iterator[RunningEngine]:
    """The engine as it is shipped."""
    with running(Engine(make_settings([]))) as engine:
        yield engine


@pytest.fixture(scope="session")
def unwalled(planted: Planted) -> Iterator[RunningEngine]:
    """Without the Python wall: only the kernel's layers stand."""
    with running(Engine(make_settings([]), UnwalledLauncher)) as engine:
        yield engine


@pytest.fixture(scope="session")
def unfiltered(planted: Planted, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    """Without the Python wall and without seccomp."""
    policy = tmp_path_factory.mktemp("policy") / "without_filter.toml"
    policy.write_text(WITHOUT_FILTER)
    with running(Engine(make_settings([policy], warm_children=0), UnfilteredLauncher)) as engine:
        yield engine


@pytest.fixture
def stage(tmp_path: Path, planted: Planted) -> Iterator[Stage]:
    with open_stage(tmp_path, planted) as stage:
        yield stage
