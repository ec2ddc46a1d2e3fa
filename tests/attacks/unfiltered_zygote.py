"""A zygote whose children have neither the Python wall nor the filter of system calls.

What still holds then: namespaces, Landlock, privileges and limits.
"""

from executor.jail.layers import seccomp
from executor.jail.zygote import main
from sandbox_policies.policy import Policy, Weight
from tests.attacks.unwalled_zygote import UnwalledZygote


class NoFilter(seccomp.Filter):
    """Lets every system call through."""

    def install(self) -> None:
        pass


class UnfilteredZygote(UnwalledZygote):
    """The real one without its two innermost walls."""

    def __init__(self, policy: Policy, weight: Weight) -> None:
        super().__init__(policy, weight)
        self.filter = NoFilter(policy)


if __name__ == "__main__":
    main(UnfilteredZygote)
