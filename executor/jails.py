"""The two jails of a server: a light one for most scripts, a full one for those that need more modules.

They differ in nothing but what their zygotes have loaded. A fork costs as much as there is to fork, and
scipy doubles it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from executor.errors import JailUnavailable
from executor.jail.launcher import Launcher
from executor.pool import Pool, PoolSize
from sandbox_policies.policy import Policy

log = structlog.get_logger()
MakeLauncher = Callable[[Sequence[Path], bool], Launcher]


@dataclass(frozen=True)
class Jail:
    """One zygote and the children that wait."""

    launcher: Launcher
    pool: Pool


class Jails:
    """Both. The full one starts with the first script that needs it, which waits some seconds for it."""

    def __init__(
        self,
        policy: Policy,
        policy_files: Sequence[Path],
        make_launcher: MakeLauncher,
        size: PoolSize,
        is_idle: Callable[[], bool],
    ) -> None:
        self._policy = policy
        has_light = bool(policy.words_for_more_modules)
        main = make_launcher(policy_files, has_light)
        self.main = Jail(main, Pool(main, size, is_idle))
        full = make_launcher(policy_files, False)
        self._full = Jail(full, Pool(full, size.at_most(1), is_idle))
        self._full_start = asyncio.Lock()
        self._started: list[Jail] = []

    async def for_script(self, script: str) -> Jail:
        """The lightest that has whatever `script` may import. Raises `JailUnavailable`."""
        if not self._policy.needs_more_modules(script):
            return self.main
        async with self._full_start:
            if self._full not in self._started:
                await self._start(self._full)
        return self._full

    async def start(self) -> None:
        """Start the light one. Raises `JailUnavailable` when what the policy requires does not stand."""
        await self._start(self.main)

    async def _start(self, jail: Jail) -> None:
        try:
            await jail.launcher.start()
            self._require_layers(jail.launcher)
            await jail.pool.start()
        except BaseException:
            await jail.pool.stop()
            await jail.launcher.stop()
            raise
        self._started.append(jail)

    async def stop(self) -> None:
        """End every waiting child and the zygotes."""
        async with self._full_start:  # one that is starting is stopped too
            await asyncio.gather(*(jail.pool.stop() for jail in self._started))
            await asyncio.gather(*(jail.launcher.stop() for jail in self._started))

    def is_alive(self) -> bool:
        """Whether every zygote that was started runs."""
        return all(jail.launcher.is_alive() for jail in self._started)

    def layers(self) -> dict[str, str]:
        """Which walls stand, by name: the zygotes put up the same."""
        return self.main.launcher.layers

    def ready(self) -> dict[str, int]:
        """How many children wait."""
        counts = {kind: len(children) for kind, children in self.main.pool.waiting().items()}
        return {**counts, "full": sum(map(len, self._full.pool.waiting().values()))}

    def _require_layers(self, launcher: Launcher) -> None:
        layers = launcher.layers
        log.info("jail_layers", **layers)
        required = self._policy.layers.required
        missing = {name: layers.get(name, "off") for name in required if layers.get(name) != "on"}
        if missing:
            raise JailUnavailable(
                f"required layers are off: {', '.join(missing)}",
                suggestions=("Run `qna doctor`.",),
                layers=missing,
            )
