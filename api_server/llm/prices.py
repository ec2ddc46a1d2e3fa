"""What tokens cost, from `prices.toml` and the operator's own list."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import Field, TypeAdapter, ValidationError

from api_server.llm.vendor import Tokens
from schemas.usage import Usage
from schemas.wire import Wire

MILLION = 1_000_000
DATE_OR_ALIAS = re.compile(r"-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$")


class BadPrices(Exception):
    """A list of prices is not what it should be."""


class Price(Wire):
    """USD per million tokens of one model."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached: float = Field(ge=0)
    cache_written: float | None = Field(default=None, ge=0)

    def cost_usd(self, tokens: Tokens) -> float:
        """What `tokens` cost."""
        plain = tokens.sent - tokens.cached - tokens.cache_written
        written = self.input if self.cache_written is None else self.cache_written
        parts = (
            plain * self.input,
            tokens.cached * self.cached,
            tokens.cache_written * written,
            tokens.received * self.output,
        )
        return sum(parts) / MILLION


Prices = Mapping[str, Price]
_PRICES: TypeAdapter[dict[str, Price]] = TypeAdapter(dict[str, Price])


def load_prices(operators_file: Path | None = None) -> Prices:
    """Our list with the operator's laid over it. Raises `BadPrices`."""
    if operators_file is None:
        return _our_prices()
    try:
        return {**_our_prices(), **_read_prices(operators_file.read_text("utf-8"))}
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise BadPrices(f"LLM_PRICES_FILE {operators_file}: {error}") from error


@cache
def _our_prices() -> Prices:
    return _read_prices(files("api_server.llm").joinpath("prices.toml").read_text("utf-8"))


def _read_prices(text: str) -> dict[str, Price]:
    return _PRICES.validate_python(tomllib.loads(text))


def find_price(prices: Prices, model: str) -> Price | None:
    """The price of `model` or of the model that it is a dated version of."""
    return prices.get(model) or prices.get(DATE_OR_ALIAS.sub("", model))


def usage_of(tokens: Tokens, model: str, prices: Prices, is_free: bool) -> Usage:
    """`tokens` as they are reported. The cost is None when the price is not known."""
    price = find_price(prices, model)
    cost = 0.0 if is_free else price.cost_usd(tokens) if price else None
    return Usage(
        input_tokens=tokens.sent, output_tokens=tokens.received, cached_tokens=tokens.cached, cost_usd=cost
    )
