"""What a terminal shows of a replay: the verdict first, then where and why it diverged."""

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from qna.figures import write
from qna.terminal import plain
from schemas.replay import Divergence, Replay

INDENT = 2


def show_replay(console: Console, replay: Replay, public_key: str | None = None) -> None:
    """The verdict on one replay."""
    if replay.is_identical:
        _line(console, f"Identical to the byte: result {replay.result_sha256[:16]}…", "bold green")
    for divergence in replay.divergences:
        _line(console, f"Diverged: {divergence.message}.", "bold red")
        for fact in _facts(divergence):
            _line(console, f"  {fact}")
    for change in replay.changed_versions:
        _line(console, f"{change.name} was {change.recorded} and is {change.now} now.", "yellow")
    times = f"{replay.replay_time_ms:,.0f} ms, originally {replay.original_time_ms:,.0f} ms"
    _line(console, f"Replayed in {times}.", "dim")
    if public_key:
        _line(console, f"Signed with the key {public_key}.", "dim")


def _facts(divergence: Divergence) -> list[str]:
    arguments = divergence.arguments or {}
    called = ", ".join(f"{name}={write(value)}" for name, value in arguments.items())
    facts = [f"{divergence.tool}({called})"] if divergence.tool else []
    if divergence.path is not None:
        facts += [f"recorded: {write(divergence.recorded)}", f"replayed: {write(divergence.replayed)}"]
    return facts


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Padding(Text(plain(text), style=style), (0, 0, 0, INDENT), expand=False))
