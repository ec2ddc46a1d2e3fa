"""`qna up`: all five servers in the foreground, until Ctrl-C or until one is lost."""

import asyncio
import signal

from rich.console import Console
from rich.text import Text

from qna.configuration import check_settings
from qna.keeper import Surroundings, Tell
from qna.services import describe_api, list_services, list_variables
from qna.settings import QnaSettings
from qna.supervisor import supervise
from qna.terminal import plain

STARTING_SECONDS_MAX = 120.0
NAME_WIDTH = len("validation")
STYLES = {"up": "green", "degraded": "yellow", "warning:": "yellow", "died": "red", "error:": "red"}
"""The colour of a line, by its first word."""


async def run_up(settings: QnaSettings, console: Console) -> None:
    """Returns after Ctrl-C or SIGTERM, with everything stopped. Raises `ServiceLost`."""
    _cancel_at_first_signal()
    tell = tell_on(console)
    place = surround(settings, tell)
    try:
        async with supervise(list_services(settings), place) as supervision:
            await supervision.wait_until_started(STARTING_SECONDS_MAX)
            page = f"{describe_api(settings).url}/"
            tell("qna", f"ready: {page} is the page, {place.log_dir} has the logs, Ctrl-C ends")
            await supervision.wait_until_lost()
    except asyncio.CancelledError:
        tell("qna", "stopped")


def surround(settings: QnaSettings, tell: Tell) -> Surroundings:
    """What the servers of `settings` share. Raises `BadSetting` when one of them could not start."""
    check_settings()
    return Surroundings(list_variables(settings), settings.qna_data_dir / "logs", tell)


def tell_on(console: Console) -> Tell:
    """Prints lines as `financial   up at …`."""

    def tell(service: str, line: str) -> None:
        text = Text(f"{service:<{NAME_WIDTH}}  ", style="bold")
        text.append(plain(line), style=STYLES.get(line.partition(" ")[0], "not bold"))
        console.print(text, soft_wrap=True)

    return tell


def _cancel_at_first_signal() -> None:
    """The second signal acts as it does by default: it ends this process, and the lifeline the servers."""
    loop = asyncio.get_running_loop()
    main = asyncio.current_task()
    assert main is not None

    def cancel() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
        main.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, cancel)
