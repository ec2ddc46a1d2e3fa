"""A zygote whose children have no Python wall: the script is plain code with every builtin.

What still holds then is the kernel's. Started like the real one: `python -m tests.attacks.unwalled_zygote`.
"""

import builtins
from typing import Any

from executor.jail.child import Child, Printer
from executor.jail.zygote import Zygote, main
from sandbox_policies.compiler import SCRIPT_FILE, Compiled
from sandbox_policies.policy import Policy, Weight
from schemas.signature import EMPTY


class UnwalledChild(Child):
    """Runs what it is given as Python would."""

    def compile(self, source: str) -> Compiled:
        return Compiled(compile(source, SCRIPT_FILE, "exec", dont_inherit=True), [], EMPTY)

    def builtins(self, show: Printer) -> dict[str, Any]:
        return {**vars(builtins), "print": show}


class UnwalledZygote(Zygote):
    """The real one in all but its children's inner wall."""

    def __init__(self, policy: Policy, weight: Weight) -> None:
        super().__init__(policy, weight)
        self.child = UnwalledChild(policy, self.child.guards.watched, self.child.baseline_bytes)


if __name__ == "__main__":
    main(UnwalledZygote)
