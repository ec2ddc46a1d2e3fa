"""The data files of the offline analyst agree with one another and with the recipes."""

import csv
import re
import tomllib
from collections import Counter
from collections.abc import Iterator

from api_server.language.lexicon import FOLDER, load_lexicon
from api_server.language.words import phrase_key
from prompts.library import load_library
from tests.doubles.tool_catalogues import OURS, read_catalogue

VOCABULARY = tomllib.loads(FOLDER.joinpath("vocabulary.toml").read_text("utf-8"))
CAPABILITIES = tomllib.loads(FOLDER.joinpath("capabilities.toml").read_text("utf-8"))["capability"]
LEXICON = load_lexicon()
SAMPLE_STOCKS = {
    "AAPL", "AMD", "BAC", "BBY", "CVX", "GE", "HD", "JNJ", "JPM", "KO", "LLY", "MRK", "MSFT", "PEP", "PFE",
    "PG", "RRC", "UNH", "WMT", "XOM",
}  # fmt: skip


def phrases() -> Iterator[tuple[str, ...]]:
    """Every phrase of both files."""
    for table in ("concepts", "orders", "relations", "plurals", "fillers"):
        for listed in VOCABULARY[table].values():
            yield from map(phrase_key, listed)
    for entry in CAPABILITIES:
        yield from map(phrase_key, entry["words"])


def test_no_phrase_has_two_meanings() -> None:
    assert [phrase for phrase, times in Counter(phrases()).items() if times > 1] == []


def test_no_company_name_is_also_a_word_of_ours() -> None:
    assert [name for name in LEXICON.names if name in LEXICON.phrases] == []


def test_no_company_name_is_listed_twice() -> None:
    with FOLDER.joinpath("companies.csv").open(encoding="utf-8") as file:
        names = [name for row in csv.DictReader(file) for name in row["names"].split(";") if name]
    assert [name for name, times in Counter(names).items() if times > 1] == []


def test_the_table_of_companies_is_large_and_has_the_sample_data() -> None:
    assert len(LEXICON.tickers) >= 150
    assert SAMPLE_STOCKS | {"^GSPC"} <= set(LEXICON.tickers)


def test_what_is_said_to_be_missing_altogether_no_tool_gives() -> None:
    denied = {
        "options": "option", "forecast": "forecast", "economy": "econom",
        "other_markets": "forex|commodit|bond", "trading": "place_|submit|cancel|replace|close_position",
    }  # fmt: skip
    unclear = {"falls", "levels", "crypto", "moving_average_days", "named_period", "earlier_question"}
    never = {"machine", "advice"}
    whole = {entry["id"] for entry in CAPABILITIES if not entry["missing"].startswith("recipe ")}
    assert whole == set(denied) | unclear | never
    names = [tool.name for tool in read_catalogue(*OURS).tools]
    for words in denied.values():
        assert not [name for name in names if re.search(words, name)]


def test_every_missing_capability_names_a_recipe_that_exists() -> None:
    recipes = {recipe.name for recipe in load_library().recipes}
    assert {entry["nearest"] for entry in CAPABILITIES} <= recipes


def test_best_is_explained_for_concepts_that_exist() -> None:
    assert set(VOCABULARY["good"]) <= set(VOCABULARY["concepts"])
    assert set(VOCABULARY["good"].values()) <= {"highest", "lowest"}


def test_no_filler_can_turn_a_question_round() -> None:
    turning = {
        "not",
        "no",
        "never",
        "without",
        "except",
        "excluding",
        "but",
        "if",
        "than",
        "average",
        "per",
        "only",
    }
    assert not turning & set(VOCABULARY["fillers"]["words"])
