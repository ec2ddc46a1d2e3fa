"""Summarise one symbol: its price, changes, volatility, range, valuation and dates.

The price is the last daily close as it was traded, adjusted for splits alone, so its changes over the day, a
month and a year leave dividends out; volatility is that of a year of daily changes, annualised. A company
has its market value, P/E ratio, last and next report and last dividend beside them, as the vendor of
fundamentals gives them now.

Questions:
    KO
    Give me an overview of MSFT.
    Tell me about JPM.
    What is going on with NVDA today?
    What is going on with AMD right now?
"""

import pandas as pd
from mcp_client import (
    alpaca_market_clock,
    alpaca_market_crypto_bars,
    alpaca_market_stocks_bars,
    calculate_volatility,
    eodhd_dividends,
    eodhd_earnings_calendar,
    eodhd_fundamentals,
    step,
)

CLOSES, DAYS_BACK, DAYS_AHEAD = 400, 120, 120


def analyze(symbol: str = "AAPL") -> dict:
    """Summarise one symbol: its price, changes, volatility, range, valuation and dates.

    symbol: ticker, or a pair such as BTC/USD
    """
    step("fetching closes")
    closes = fetch_traded(symbol)
    if len(closes) < 21:
        raise ValueError(f"{symbol} has {len(closes)} closes, and an overview needs 21; ask for its price")
    year = closes[closes.index[-1] - pd.DateOffset(years=1) :]
    step("calculating")
    periods = 365 if "/" in symbol else 252
    risk = calculate_volatility(returns=year.pct_change().dropna().tolist(), periods_per_year=periods)
    changes = {
        "day": closes.iloc[-1] / closes.iloc[-2] - 1,
        "month": change_since(closes, pd.DateOffset(months=1)),
        "year": change_since(closes, pd.DateOffset(years=1)),
    }
    company = {} if "/" in symbol or symbol.startswith("^") else read_company(symbol)
    return {
        "description": describe(symbol, closes, year, changes, risk["volatility"])
        + describe_company(symbol, company),
        "body": [
            *price_rows(closes, year, changes, risk["volatility"]),
            *company_rows(company),
        ],
        "charts": [
            {
                "type": "line",
                "title": f"{symbol}: closes of a year",
                "format": "number",
                "series": [draw_line(symbol, year)],
            }
        ],
    }


def change_since(closes: pd.Series, ago: pd.DateOffset) -> float | None:
    """The change from the last close at or before that day, None where the data begins later."""
    before = closes[: closes.index[-1] - ago]
    return None if before.empty else closes.iloc[-1] / before.iloc[-1] - 1


def read_company(symbol: str) -> dict:
    """What the vendor of fundamentals knows now: profile, valuation, reports and the last dividend."""
    step("reading the company")
    now = pd.Timestamp(alpaca_market_clock()["data"]["now"])
    first, last = (f"{now + pd.Timedelta(days=days):%Y-%m-%d}" for days in (-DAYS_BACK, DAYS_AHEAD))
    facts = eodhd_fundamentals(symbol=symbol)
    calendar = eodhd_earnings_calendar(symbols=[symbol], from_date=first, to_date=last)
    dividends = eodhd_dividends(symbol=symbol, to_date=f"{now:%Y-%m-%d}")
    reports = sorted(calendar["data"]["reports"], key=lambda report: report["report_date"])
    paid = dividends["data"]
    return {
        "facts": facts["data"],
        "currency": facts["metadata"]["currency"] or "USD",
        "last_report": [r for r in reports if r["report_date"] <= f"{now:%Y-%m-%d}"][-1:],
        "next_report": [r for r in reports if r["report_date"] > f"{now:%Y-%m-%d}"][:1],
        "dividend": sorted(zip(paid["ex_date"], paid["amount"], strict=True))[-1:],
    }


def describe(symbol: str, closes: pd.Series, year: pd.Series, changes: dict, volatility: float) -> str:
    month = "" if changes["month"] is None else f", {changes['month']:+.2%} over a month"
    away = closes.iloc[-1] / year.max() - 1
    at = "at its highest close" if away == 0 else f"{away:.2%} from its highest close"
    return (
        f"{symbol} closed at {closes.iloc[-1]:,.6g} {closes.name} on {closes.index[-1]:%Y-%m-%d}, {changes['day']:+.2%} on "
        f"the close before{month}; it is {at} of the year, with a volatility of {volatility:.2%} a year."
    )


def describe_company(symbol: str, company: dict) -> str:
    if not company:
        return ""
    profile, reports = company["facts"]["profile"], company["next_report"]
    what = ", ".join(part for part in (profile["name"], profile["sector"]) if part)
    ahead = f" The next report is expected on {reports[0]['report_date']}." if reports else ""
    return f"{f' {symbol} is {what.rstrip(chr(46))}.' if what else ''}{ahead}"


def price_rows(closes: pd.Series, year: pd.Series, changes: dict, volatility: float) -> list[dict]:
    day = f"{closes.index[-1]:%Y-%m-%d}"
    levels = {"price": closes.index[-1], "year_high": year.idxmax(), "year_low": year.idxmin()}
    names = {
        "price": "last close",
        "year_high": "highest close of a year",
        "year_low": "lowest close of a year",
    }
    return [
        *(
            {
                "id": key,
                "key": names[key],
                "value": closes[when],
                "format": "number",
                "unit": closes.name,
                "description": f"close of {when:%Y-%m-%d}, as traded",
            }
            for key, when in levels.items()
        ),
        *(
            {
                "id": f"change_{name}",
                "key": f"change over a {name}",
                "value": change,
                "format": "percent",
                "is_change": True,
                "description": f"to {day}",
                "reason": "" if change is not None else "the data begins later",
            }
            for name, change in changes.items()
        ),
        {
            "id": "volatility",
            "key": "volatility a year",
            "value": volatility,
            "format": "percent",
            "description": f"{len(year) - 1} daily returns to {day}, annualised",
        },
    ]


def company_rows(company: dict) -> list[dict]:
    if not company:
        return []
    valuation, now = company["facts"]["valuation"], "as the vendor gives it now"
    money = {"format": "currency", "unit": company["currency"]}
    return [
        {
            "id": "market_cap",
            "key": "market value",
            "value": valuation["market_cap"],
            "description": now,
            "reason": "" if valuation["market_cap"] is not None else "not known to the vendor",
            **money,
        },
        {
            "id": "trailing_pe",
            "key": "P/E ratio",
            "value": valuation["trailing_pe"],
            "format": "number",
            "description": now,
            "reason": "" if valuation["trailing_pe"] is not None else why_no_ratio(company["facts"]),
        },
        *(
            {
                "id": key,
                "key": key.replace("_", " "),
                "value": report["report_date"],
                "format": "date",
                "description": f"on the quarter to {report['period_end']}",
            }
            for key in ("last_report", "next_report")
            for report in company[key]
        ),
        *(
            {
                "id": "dividend",
                "key": "last dividend",
                "value": amount,
                "description": f"ex-date {day}",
                **money,
            }
            for day, amount in company["dividend"]
        ),
    ]


def why_no_ratio(facts: dict) -> str:
    """Why there is no P/E ratio."""
    eps = facts["highlights"]["eps"]
    return "not known to the vendor" if eps is None or eps > 0 else "there was no profit"


def fetch_traded(symbol: str) -> pd.Series:
    """The newest closes as they were traded, the oldest first, named by their unit."""
    is_crypto = "/" in symbol
    answer = (
        alpaca_market_crypto_bars(symbol=symbol, limit=CLOSES)
        if is_crypto
        else alpaca_market_stocks_bars(symbol=symbol, limit=CLOSES, adjustment="split")
    )
    data, currency = answer["data"], answer["metadata"]["currency"]
    unit = symbol.split("/")[-1] if is_crypto else "points" if symbol.startswith("^") else currency
    dates = pd.to_datetime(data["timestamp"])
    return pd.Series(data["close"], index=dates, dtype=float, name=unit).dropna()


def draw_line(name: str, values: pd.Series) -> dict:
    """A chart line of at most about 500 points, the last value always among them."""
    shown = values.iloc[:: -(len(values) // 500 + 1)].iloc[::-1]
    return {"name": name, "x": [f"{day:%Y-%m-%d}" for day in shown.index], "y": shown.tolist()}
