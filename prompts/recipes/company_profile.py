"""Say what companies are: sector, industry, exchange, country, employees and day of listing.

All of it as the vendor of fundamentals gives it; what it does not know is shown as unknown.

Questions:
    What does NVDA do?
    What sector is KO in?
    Which industry is AMD in?
    Show the company profile of JPM.
    Which sectors are XOM and PFE in?
    How many employees does AAPL have?
    When did COIN go public?
"""

from mcp_client import call_many, step

FACTS = {
    "sector": ("sector", "text"),
    "industry": ("industry", "text"),
    "exchange": ("exchange", "text"),
    "country": ("country", "text"),
    "employees": ("employees", "integer"),
    "ipo_date": ("day of listing", "date"),
    "fiscal_year_end": ("end of the fiscal year", "text"),
}
TEXT_CHARACTERS_MAX, NOT_KNOWN = 300, "not known to the vendor"


def analyze(symbols: list[str] = ["NVDA"]) -> dict:
    """Say what companies are: sector, industry, exchange, country, employees and day of listing.

    symbols: tickers of companies or funds
    """
    if not symbols:
        raise ValueError("give at least one symbol")
    step("reading profiles")
    names = list(dict.fromkeys(symbols))
    answers = call_many([("eodhd_fundamentals", {"symbol": name}) for name in names])
    profiles = {name: answer["data"]["profile"] for name, answer in zip(names, answers, strict=True)}
    return {
        "description": " ".join(describe(name, profile) for name, profile in profiles.items()),
        "body": [line for name, profile in profiles.items() for line in rows(name, profile)],
    }


def describe(name: str, profile: dict) -> str:
    kind = {"etf": "a fund", "index": "an index", "crypto": "a crypto currency"}.get(profile["asset_class"])
    known = [profile[part] for part in ("industry", "sector") if profile[part]]
    what = kind or (f"a company in {' / '.join(known)}" if known else "a company of an unknown sector")
    staff = "" if profile["employees"] is None else f", with {profile['employees']:,.0f} employees"
    listed = "" if profile["ipo_date"] is None else f", listed since {profile['ipo_date']}"
    return f"{name} ({profile['name'] or 'name not known'}) is {what}{staff}{listed}."


def rows(name: str, profile: dict) -> list[dict]:
    about = profile["description"]
    text = {
        "id": f"{name}:about",
        "key": f"{name} in the vendor's words",
        "value": about[:TEXT_CHARACTERS_MAX] or None,
        "format": "text",
        "description": "cut" if len(about) > TEXT_CHARACTERS_MAX else "",
        "reason": "" if about else NOT_KNOWN,
    }
    facts = [
        {
            "id": f"{name}:{part}",
            "key": f"{name} {words}",
            "value": profile[part],
            "format": format_,
            "reason": "" if profile[part] is not None else NOT_KNOWN,
        }
        for part, (words, format_) in FACTS.items()
    ]
    return [*facts, text]
