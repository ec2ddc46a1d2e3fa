"""Every attack that is to get something out, by family."""

import pytest

from tests.attacks import (
    file_system,
    introspection,
    libraries,
    network,
    processes,
    secrets_of_the_server,
    system_calls,
)

FAMILIES = {
    "file system": file_system.ATTACKS,
    "network": network.ATTACKS,
    "processes": processes.ATTACKS,
    "introspection": introspection.ATTACKS,
    "libraries": libraries.ATTACKS,
    "secrets": secrets_of_the_server.ATTACKS,
    "system calls": system_calls.ATTACKS,
}
every_attack = pytest.mark.parametrize(
    "attack",
    [
        pytest.param(attack, id=f"{family}: {attack.id}")
        for family, attacks in FAMILIES.items()
        for attack in attacks
    ],
)
