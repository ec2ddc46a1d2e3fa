"""What tokens cost."""

from pathlib import Path

import pytest

from api_server.llm.prices import BadPrices, find_price, load_prices, usage_of
from api_server.llm.vendor import Tokens
from tests.doubles.llm.opened import make_settings

TOKENS = Tokens(sent=1_000_000, received=100_000, cached=600_000, cache_written=300_000)


def test_each_kind_of_token_has_its_price() -> None:
    usage = usage_of(TOKENS, "claude-sonnet-5-5", load_prices(), is_free=False)
    assert usage.cost_usd == pytest.approx(0.1 * 2.00 + 0.6 * 0.10 + 0.3 * 2.50 + 0.1 * 10.00)
    assert (usage.input_tokens, usage.output_tokens, usage.cached_tokens) == (1_000_000, 100_000, 600_000)


def test_writing_to_the_cache_costs_what_input_costs_when_nothing_is_said() -> None:
    usage = usage_of(
        Tokens(sent=1_000_000, cache_written=1_000_000), "gpt-5.6-sol", load_prices(), is_free=False
    )
    assert usage.cost_usd == pytest.approx(5.00)


@pytest.mark.parametrize("model", ["gpt-5.6-luna-2026-07-09", "gpt-5.6-luna-latest", "gpt-5.6-luna"])
def test_a_dated_version_costs_what_its_model_costs(model: str) -> None:
    price = find_price(load_prices(), model)
    assert price is not None
    assert price.input == 0.20


@pytest.mark.parametrize("model", ["gpt-5.6-luna-pro", "gpt-5", "claude-sonnet-9", ""])
def test_the_cost_of_an_unknown_model_is_unknown(model: str) -> None:
    assert usage_of(TOKENS, model, load_prices(), is_free=False).cost_usd is None


def test_the_operators_list_is_laid_over_ours(tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_text("[gpt-6-luna]\ninput = 1.0\noutput = 2.0\ncached = 0.5\n")
    prices = load_prices(tmp_path / "prices.toml")
    assert prices["gpt-6-luna"].output == 2.0
    assert prices["claude-sonnet-5-5"].output == 10.0


@pytest.mark.parametrize(
    "text", ["[m]\ninput = -1\noutput = 1\ncached = 0\n", "[m]\nprice = 1\n", "nonsense"]
)
def test_a_list_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "prices.toml").write_text(text)
    with pytest.raises(BadPrices, match="LLM_PRICES_FILE"):
        load_prices(tmp_path / "prices.toml")


def test_the_default_models_have_a_price() -> None:
    settings = make_settings()
    assert find_price(load_prices(), settings.anthropic_model)
    assert find_price(load_prices(), settings.openai_model)
