"""Words that leave to the listener what is meant, put as something that can be answered; see `loose.toml`."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from api_server.dialogue.naming_dates import Dated
from api_server.dialogue.parts import Cut, PartKind
from api_server.dialogue.rewriting import as_sentence
from schemas.understanding import Alternative

NEVER = "(?!)"
LEAD = (
    r"(?:tell me about|how (?:are|is)|hows|(?:an )?overview of|give me an overview of|"
    r"what(?:'s| is|s) (?:going on|happening|up) (?:with|in)) (?:the )?"
)
SECTOR = (
    rf"^(?:{LEAD}(?:{{0}})(?: (?:stocks|sector|companies|shares))?|(?:{{0}}) (?:stocks|sector|companies))"
    r"(?: (?:doing|performing))?(?=\W*$)"
)
ABOUT_FUND = "How did {} perform over the last year"


@dataclass(frozen=True)
class Loose:
    """One entry of the table. `others` are pairs of other words and the reason to take them."""

    pattern: re.Pattern[str]
    unless: re.Pattern[str]
    needs_symbol: bool
    needs_no_period: bool
    means: str
    because: str
    others: tuple[tuple[str, str], ...]

    def find(self, cut: Cut) -> re.Match[str] | None:
        """Where a question says it."""
        is_lacking = self.needs_symbol and not cut.of(PartKind.SYMBOL)
        is_clear = self.needs_no_period and cut.of(PartKind.PERIOD)
        if is_lacking or is_clear or self.unless.search(cut.text.lower()):
            return None
        return self.pattern.search(cut.text.lower())


def put_loose(cut: Cut) -> Dated:
    """The question with what its loose words are taken to mean."""
    for loose in load_loose():
        if match := loose.find(cut):
            return Dated(
                _put(cut, match, loose.means),
                (loose.because.format(match.group().strip()),),
                tuple(
                    Alternative(question=_put(cut, match, words), reason=reason)
                    for words, reason in loose.others
                ),
            )
    return Dated(cut.text)


def _put(cut: Cut, match: re.Match[str], words: str) -> str:
    """`words` in the place of the match; a whole question among them is asked as one."""
    rest = cut.text[match.end() :]
    is_question = words[:1].isupper() and " " in words
    return as_sentence(f"{cut.text[: match.start()]}{words}{'?' if is_question else rest}")


@cache
def load_loose() -> tuple[Loose, ...]:
    """The entries of the table in their order."""
    table = tomllib.loads(files(__package__).joinpath("loose.toml").read_text("utf-8"))
    entries = [*table["loose"], *(_of_sector(**sector) for sector in table["sector"])]
    return tuple(
        Loose(
            pattern=re.compile(entry["pattern"]),
            unless=re.compile(entry.get("unless", NEVER)),
            needs_symbol=entry.get("needs_symbol", False),
            needs_no_period=entry.get("needs_no_period", False),
            means=entry["means"],
            because=entry["because"],
            others=tuple((words, reason) for words, reason in entry["others"]),
        )
        for entry in entries
    )


def _of_sector(fund: str, holds: str, words: list[str]) -> dict[str, object]:
    because = f"“{{0}}” was read as {fund}, a fund of {holds}, and its return is meant"
    others = [
        (f"What are the largest holdings of {fund}", "the companies"),
        (f"What are the volatility and maximum drawdown of {fund} over the last year", "the risk"),
        (f"Is {fund} above its 200-day moving average", "the trend"),
    ]
    return {
        "pattern": SECTOR.format("|".join(words)),
        "means": ABOUT_FUND.format(fund),
        "because": because,
        "others": others,
    }
