"""Say when companies reported earnings and when the next report is expected, with estimates and surprises.

Earnings are a share, before and after they were reported; the surprise is the actual over the estimate,
minus 1. A date ahead is the vendor's expectation and may move.

Questions:
    When does NVDA report earnings next?
    When is the next earnings report of AAPL?
    Show the earnings dates of MSFT and GOOGL.
    Did TSLA beat its earnings estimates?
    What was the last earnings surprise of AMZN?
    What is the next earnings date of META?
    When do KO and PEP report earnings next?
"""

from datetime import timedelta

import pandas as pd
from mcp_client import alpaca_market_clock, eodhd_earnings_calendar, step

DAYS_BACK, DAYS_AHEAD = 400, 150


def analyze(symbols: list[str] = ["NVDA"]) -> dict:
    """Say when companies reported earnings and when the next report is expected, with estimates and surprises.

    symbols: tickers of companies
    """
    if not symbols:
        raise ValueError("give at least one symbol")
    step("reading the earnings calendar")
    today = pd.Timestamp(alpaca_market_clock()["data"]["now"]).date()
    answer = eodhd_earnings_calendar(
        symbols=list(dict.fromkeys(symbols)),
        from_date=(today - timedelta(days=DAYS_BACK)).isoformat(),
        to_date=(today + timedelta(days=DAYS_AHEAD)).isoformat(),
    )
    unit = answer["metadata"]["currency"] or "USD"
    reports = sorted(answer["data"]["reports"], key=lambda report: report["report_date"], reverse=True)
    by_symbol = {s: [r for r in reports if r["symbol"] == s] for s in dict.fromkeys(symbols)}
    missing = [symbol for symbol, found in by_symbol.items() if not found]
    if missing:
        raise ValueError(f"{', '.join(missing)}: no reports are known, as funds have none; ask about a company")
    return {
        "description": " ".join(
            describe(symbol, found, today.isoformat()) for symbol, found in by_symbol.items()
        ),
        "body": [row for found in by_symbol.values() for report in found for row in rows(report, unit)],
    }


def is_reported(report: dict, today: str) -> bool:
    return report["report_date"] <= today and report["eps_actual"] is not None


def describe(symbol: str, reports: list[dict], today: str) -> str:
    ahead = [report for report in reports if not is_reported(report, today)]
    past = [report for report in reports if is_reported(report, today)]
    text = (
        f"{symbol} is expected to report next on {ahead[-1]['report_date']}, for the quarter to {ahead[-1]['period_end']}"
        if ahead
        else f"{symbol} has no known next report"
    )
    if not past:
        return f"{text}."
    last = past[0]
    surprise = last["surprise_fraction"]
    said = "" if surprise is None else f", {surprise:+.2%} against the estimate of {last['eps_estimate']:.2f}"
    return f"{text}. Its last report was on {last['report_date']}, with {last['eps_actual']:.2f} a share{said}."


def rows(report: dict, unit: str) -> list[dict]:
    symbol, day = report["symbol"], report["report_date"]
    quarter = f"report of {day}, for the quarter to {report['period_end']}"
    if report["eps_actual"] is None:
        estimate = report["eps_estimate"]
        return [
            {
                "id": f"{symbol}:{day}",
                "key": f"{symbol} expected report",
                "value": day,
                "format": "date",
                "description": f"for the quarter to {report['period_end']}, estimate "
                f"{'unknown' if estimate is None else f'{estimate:.2f}'} {unit} a share",
            }
        ]
    money = {"format": "currency", "unit": unit, "description": quarter}
    return [
        {
            "id": f"{symbol}:{day}",
            "key": f"{symbol} earnings a share, {day}",
            "value": report["eps_actual"],
            **money,
        },
        {
            "id": f"{symbol}:{day}:estimate",
            "key": f"{symbol} estimate, {day}",
            "value": report["eps_estimate"],
            **money,
        },
        {
            "id": f"{symbol}:{day}:surprise",
            "key": f"{symbol} surprise, {day}",
            "value": report["surprise_fraction"],
            "format": "percent",
            "is_change": True,
            "description": quarter,
        },
    ]
