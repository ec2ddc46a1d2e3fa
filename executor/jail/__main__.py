"""`python -m executor.jail CONTROL_FD bare|light|full POLICY_FILE...`: the zygote's process."""

import sys

from executor.jail.huge_pages import reserve_arenas

ARENAS = {"bare": 12, "light": 40, "full": 72}
"""About as many as everything fills that each loads."""


def main() -> None:
    """Make room for objects side by side, then let the zygote fill it. Returns when the server hangs up."""
    kept = reserve_arenas(ARENAS[sys.argv[2]])
    from executor.jail import zygote  # after that: with it come most libraries

    zygote.main()
    del kept


if __name__ == "__main__":
    main()
