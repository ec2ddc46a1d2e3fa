"""The zygote of an execution server that an ordinary user has started."""

import os

from executor.jail.zygote import Zygote, main

USER = 12_345


class OrdinaryZygote(Zygote):
    """Is that user before it puts up a wall; its modules, which root's home may hold, are loaded by then."""

    def seal(self) -> None:
        if os.getuid() == 0:
            os.setgroups([])
            os.setresgid(USER, USER, USER)
            os.setresuid(USER, USER, USER)
        super().seal()


if __name__ == "__main__":
    main(OrdinaryZygote)
