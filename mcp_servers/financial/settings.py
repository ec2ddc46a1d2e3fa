"""The settings of the financial server."""

import hashlib
import json
from typing import Literal, Self

from pydantic import DirectoryPath, Field, HttpUrl, SecretStr, model_validator

from schemas.market.prices import Feed
from service.settings import ServiceSettings
from service.version import package_version

FallbackReason = Literal["failure", "unknown_symbol", "no_data", "not_offered"]


class FinancialSettings(ServiceSettings):
    """Read once in `main`."""

    financial_mcp_url: HttpUrl = Field(
        default=HttpUrl("http://localhost:3003"),
        description="Where the financial server listens and where the others find it.",
    )
    alpaca_api_key: SecretStr | None = Field(
        default=None, description="Key of an Alpaca account; with it Alpaca comes before the offline vendors."
    )
    alpaca_secret_key: SecretStr | None = Field(default=None, description="The secret that belongs to it.")
    alpaca_data_url: HttpUrl = Field(
        default=HttpUrl("https://data.alpaca.markets"), description="Alpaca's market data."
    )
    alpaca_trading_url: HttpUrl = Field(
        default=HttpUrl("https://paper-api.alpaca.markets"),
        description="The account that is looked at: paper; https://api.alpaca.markets is the live one.",
    )
    alpaca_feed: Feed = Field(
        default="iex",
        description="Which exchanges prices are from by default: iex is in every plan, sip is all.",
    )
    alpaca_requests_per_minute: int = Field(
        default=200,
        ge=1,
        description="How fast each of Alpaca's two hosts may be asked.",
    )
    eodhd_api_key: SecretStr | None = Field(
        default=None, description="Token of EODHD; with it EODHD comes before the offline vendors."
    )
    eodhd_url: HttpUrl = Field(default=HttpUrl("https://eodhd.com/api"), description="EODHD's address.")
    eodhd_requests_per_minute: int = Field(default=1000, ge=1, description="How fast EODHD may be asked.")
    market_data_files_dir: DirectoryPath | None = Field(
        default=None,
        description=(
            "Folder of your own bars, AAPL.csv or AAPL.parquet, or files with a symbol column; "
            "with it they come before every vendor."
        ),
    )
    vendor_timeout_seconds: float = Field(
        default=15, gt=0, description="Deadline of one request to a vendor, with all its attempts."
    )
    market_data_vendors: dict[str, list[str]] = Field(
        default_factory=dict,
        description=(
            'Who is asked, in this order, as JSON by kind of data, such as {"news": ["eodhd", "alpaca"]}; '
            "`default` stands for every other kind."
        ),
    )
    market_data_fallback: list[FallbackReason] = Field(
        default_factory=list,
        description=(
            "JSON list of why the next vendor is asked when one gives no answer: failure, unknown_symbol, "
            "no_data, not_offered. Empty: never."
        ),
    )

    @model_validator(mode="after")
    def check_alpaca_keys(self) -> Self:
        """Half a pair of keys is a mistake that would be found only at the first question."""
        if (self.alpaca_api_key is None) != (self.alpaca_secret_key is None):
            raise ValueError("set both ALPACA_API_KEY and ALPACA_SECRET_KEY, or neither")
        return self

    @property
    def digest(self) -> str:
        """A name for what answers depend on: vendors, feeds, accounts. No secret can be read from it."""
        own = self.model_dump(mode="json", exclude=set(ServiceSettings.model_fields))
        keys = [key and key.get_secret_value() for key in (self.alpaca_api_key, self.eodhd_api_key)]
        text = json.dumps([own, keys, package_version()], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
