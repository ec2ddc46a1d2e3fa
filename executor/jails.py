"""The jails of a server: bare Python, a light one with numpy and pandas, a full one with all that is allowed.

They differ in nothing but what their zygotes have loaded. A fork costs as much as there is to fork: pandas
doubles it, scipy doubles it again.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from executor.errors import JailUnavailable
from executor.jail.launcher import Launcher
from executor.pool import Pool, PoolSize
from sandbox_policies.policy import Policy, Weight

log = structlog.get_logger()
MakeLauncher = Callable[[Sequence[Path], Weight], Launcher]


@dataclass(frozen=True)
class Jail:
    """One zygote and the children that wait."""

    launcher: Launcher
    pool: Pool


class Jails:
    """All of them. The full one starts with the first script that needs it, which waits for it."""

    def __init__(
        self,
        policy: Policy,
        policy_files: Sequence[Path],
        make_launcher: MakeLauncher,
        size: PoolSize,
        is_idle: Callable[[], bool],
    ) -> None:
        self._policy = policy
        self._jails: dict[Weight, Jail] = {}
        for weight in sorted(policy.weights):
            launcher = make_launcher(policy_files, weight)
            children = size.at_most(1) if weight is Weight.FULL else size
            self._jails[weight] = Jail(launcher, Pool(launcher, children, is_idle))
        self.main = self._jails.get(Weight.LIGHT, self._jails[Weight.BARE])
        self._late_start = asyncio.Lock()
        self._started: list[Jail] = []

    async def for_script(self, script: str) -> Jail:
        """The lightest that has whatever `script` may import. Raises `JailUnavailable`."""
        jail = self._jails[self._policy.weigh(script)]
        if jail not in self._started:
            async with self._late_start:
                if jail not in self._started:
                    await self._start(jail)
        return jail

    async def start(self) -> None:
        """Start all but the full one. Raises `JailUnavailable` when what the policy requires is off."""
        first = [jail for weight, jail in self._jails.items() if weight is not Weight.FULL]
        ends = await asyncio.gather(*map(self._start, first), return_exceptions=True)
        failures = [end for end in ends if end is not None]
        if failures:
            await self.stop()
            raise failures[0]

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
        async with self._late_start:  # one that is starting is stopped too
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
        others = {weight: jail for weight, jail in self._jails.items() if jail is not self.main}
        return counts | {
            weight.name.lower(): sum(map(len, jail.pool.waiting().values()))
            for weight, jail in others.items()
        }

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
