"""Say when companies report their earnings next, and how their last reports compared with estimates.

Dates are those that the vendor of the calendar expects; a company may still move its report. The surprise
is the reported EPS over the estimate, minus 1.

Questions:
    When does AAPL report earnings next?
    When does KO report earnings?
    What is the next earnings date of NVDA?
    When are the next earnings of KO and PEP?
    Show the earnings dates of MSFT.
    What was the last earnings surprise of AMZN?
    Show the earnings surprises of GOOGL.
    When do JPM, BAC and C report earnings?
    Did TSLA beat its earnings estimates?
"""

from datetime import date, timedelta
from typing import Annotated

from mcp_client import Param, alpaca_market_clock, eodhd_earnings_calendar, step


def analyze(
    symbols: list[str] = ["AAPL"],
    days_ahead: Annotated[int, Param(ge=1, le=365, unit="days")] = 120,
    days_back: Annotated[int, Param(ge=1, le=1500, unit="days")] = 370,
) -> dict:
    """Say when companies report their earnings next, and how their last reports compared with estimates.

    symbols: tickers of companies
    days_ahead: how far ahead to look for a report
    days_back: how far back to look for reports
    """
    if not symbols:
        raise ValueError("give at least one symbol")
    step("reading the calendar")
    names = list(dict.fromkeys(symbols))
    today = date.fromisoformat(alpaca_market_clock()["data"]["now"][:10])
    first, last = today - timedelta(days=days_back), today + timedelta(days=days_ahead)
    answer = eodhd_earnings_calendar(symbols=names, from_date=first.isoformat(), to_date=last.isoformat())
    reports = answer["data"]["reports"]
    unit = answer["metadata"]["currency"] or "USD"
    known = {name: [report for report in reports if report["symbol"] == name] for name in names}
    if not any(known.values()):
        raise ValueError(
            f"no earnings reports of {', '.join(names)} are known from {first} to {last}; ask about a "
            "company, as funds and indices have none, or look further"
        )
    return {
        "description": " ".join(describe(name, known[name], today) for name in names),
        "body": [line for name in names for line in rows(name, known[name], (today, last), unit)],
        "charts": [draw(name, past) for name in names if (past := find_past(known[name]))],
    }


def find_next(reports: list[dict], today: date) -> dict | None:
    """The first report that is still expected."""
    ahead = [r for r in reports if r["eps_actual"] is None and r["report_date"] >= today.isoformat()]
    return ahead[0] if ahead else None


def find_past(reports: list[dict]) -> list[dict]:
    """The reports that are out, the oldest first."""
    return [report for report in reports if report["eps_actual"] is not None]


def describe(name: str, reports: list[dict], today: date) -> str:
    coming, past = find_next(reports, today), find_past(reports)
    ahead = (
        f"{name} is expected to report on {coming['report_date']}"
        if coming
        else f"{name} has no known next date"
    )
    if not past:
        return f"{ahead}."
    last = past[-1]
    surprise = last["surprise_fraction"]
    beside = "" if surprise is None else f", {surprise:+.1%} against the estimate"
    return f"{ahead}; on {last['report_date']} it reported an EPS of {last['eps_actual']:.2f}{beside}."


def rows(name: str, reports: list[dict], days: tuple[date, date], unit: str) -> list[dict]:
    today, last = days
    coming = find_next(reports, today)
    times = {
        "before_market": "before the open",
        "during_market": "in the session",
        "after_market": "after the close",
    }
    estimate = coming["eps_estimate"] if coming else None
    expected = {
        "id": f"{name}:next",
        "key": f"{name} next report",
        "value": coming["report_date"] if coming else None,
        "format": "date",
        "description": (
            f"{times.get(coming['time'], 'time not known')}, estimated EPS "
            f"{'not known' if estimate is None else f'{estimate:.2f} {unit}'}"
            if coming
            else ""
        ),
        "reason": "" if coming else f"no date is known up to {last}",
    }
    return [expected, *(row(name, report, unit) for report in find_past(reports)[::-1])]


def row(name: str, report: dict, unit: str) -> dict:
    estimate = report["eps_estimate"]
    against = "no estimate known" if estimate is None else f"estimate {estimate:.2f} {unit}"
    missing = "not known to the vendor" if estimate else "there is no estimate to compare with"
    return {
        "id": f"{name}:{report['report_date']}",
        "key": f"{name} surprise of {report['report_date']}",
        "value": report["surprise_fraction"],
        "format": "percent",
        "is_change": True,
        "description": f"EPS {report['eps_actual']:.2f} {unit}, {against}",
        "reason": "" if report["surprise_fraction"] is not None else missing,
    }


def draw(name: str, past: list[dict]) -> dict:
    days = [report["report_date"] for report in past]
    parts = {"reported": "eps_actual", "estimate": "eps_estimate"}
    series = [{"name": part, "x": days, "y": [r[key] for r in past]} for part, key in parts.items()]
    return {"type": "bar", "title": f"{name}: EPS", "format": "number", "series": series}
