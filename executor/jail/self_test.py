"""The jail's own test, for `qna doctor`: start it, see which walls stand, stop it."""

from collections.abc import Sequence
from pathlib import Path

from executor.jail.launcher import Launcher
from sandbox_policies.policy import load_policy
from schemas.wire import Wire


class LayerStatus(Wire):
    """One wall of the jail on this machine."""

    name: str
    is_on: bool
    is_required: bool
    detail: str = ""


async def check_layers(policy_files: Sequence[Path] = ()) -> list[LayerStatus]:
    """Every layer, proved by a child. Raises `JailUnavailable` when the jail does not start at all."""
    required = load_policy(policy_files).layers.required
    launcher = Launcher(policy_files)
    try:
        await launcher.start()
    finally:
        await launcher.stop()
    return [
        LayerStatus(
            name=name,
            is_on=state == "on",
            is_required=name in required,
            detail="" if state == "on" else state,
        )
        for name, state in launcher.layers.items()
    ]
