"""Ends a server when whoever started it is gone, however that one died.

The starter holds the writing end of a pipe and passes on the reading end; with the starter the pipe ends.
"""

import os
import signal
import threading
import time

LIFELINE_VARIABLE = "QNA_LIFELINE_FD"
"""Number of the inherited descriptor whose end of file means: stop."""

GRACE_SECONDS = 10.0


def follow_starter() -> None:
    """Stop this process as SIGTERM does once the starter is gone; nothing when nobody set a lifeline."""
    number = os.environ.pop(LIFELINE_VARIABLE, "")
    if not number:
        return
    lifeline = int(number)
    os.set_inheritable(lifeline, False)
    threading.Thread(target=_stop_at_end_of_file, args=(lifeline,), name="lifeline", daemon=True).start()


def _stop_at_end_of_file(lifeline: int) -> None:
    while os.read(lifeline, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
