"""A checked script run in this very process: the inner wall without the jail. For our own scripts only."""

import sys
from types import ModuleType
from typing import Any

from executor.jail.guards import Guards, script_builtins
from sandbox_policies.compiler import compile_script
from sandbox_policies.policy import Policy, load_policy

POLICY = load_policy()


def run_script(source: str, policy: Policy = POLICY) -> dict[str, Any]:
    """The module that `source` becomes once it is checked, compiled with guards, and run.

    Raises AssertionError when the check refuses it. What it prints is under the key "printed".
    """
    loaded = {name: sys.modules[name] for name in policy.allowed_modules if name in sys.modules}
    watched = policy.watched_names(loaded)
    analysed = compile_script(source, policy, watched)
    assert analysed.code is not None, analysed.findings
    printed: list[str] = []

    def show(*values: Any, **_: Any) -> None:
        printed.append(" ".join(map(str, values)))

    guards = Guards(policy, watched)
    main = ModuleType("__main__")
    main.__dict__.update(
        __builtins__=script_builtins(guards, show), _getattr_=guards.read_attribute, printed=printed
    )
    exec(analysed.code, main.__dict__)  # noqa: S102  the scripts are ours
    return main.__dict__
