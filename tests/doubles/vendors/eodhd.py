"""EODHD's wire format for tests: objects where lists are meant, numbers in strings, "NA", pages of HTML."""

import difflib
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.doubles.vendors.eodhd_fundamentals import FUNDAMENTALS
from tests.doubles.vendors.small_market import COMPANIES, PAIRS, SPLIT_DAY, days_of
from tests.doubles.vendors.stand_in import not_found_page

TOKEN = "eodhd-token-0001"  # noqa: S105 of the stand-in alone
INDICES = {"GSPC": "S&P 500 Index"}
DIVIDEND_FACTOR = 0.98
"""What adjusted closes before `SPLIT_DAY` are of split-adjusted ones: a dividend was paid since."""

DIVIDENDS: list[dict[str, Any]] = [
    {
        "date": "2012-08-09",
        "declarationDate": "2012-07-24",
        "recordDate": "2012-08-13",
        "paymentDate": "2012-08-16",
        "period": "Quarterly",
        "value": 0.0946,
        "unadjustedValue": 2.6488,
        "currency": "USD",
    },
    {"date": "2012-11-07", "declarationDate": None, "value": 0.0946, "currency": "USD"},
]
SPLITS = [
    {"date": "2014-06-09", "split": "7.000000/1.000000"},
    {"date": "2020-08-31", "split": "4.000000/1.000000"},
]
EARNINGS: list[dict[str, Any]] = [
    {
        "code": "MSFT.US",
        "report_date": "2024-01-30",
        "date": "2023-12-31",
        "before_after_market": "AfterMarket",
        "currency": "USD",
        "actual": None,
        "estimate": 2.78,
        "difference": None,
        "percent": None,
    },
    {
        "code": "AAPL.US",
        "report_date": "2023-11-02",
        "date": "2023-09-30",
        "before_after_market": "AfterMarket",
        "currency": "USD",
        "actual": 1.46,
        "estimate": 1.39,
        "difference": 0.07,
        "percent": 5.036,
    },
    {"code": "VOD.LSE", "report_date": "2024-01-30", "date": "2023-12-31", "actual": 0.1, "estimate": 0.1},
]


def symbol_of(ticker: str) -> str | None:
    """The small market's symbol for a ticker; None for what is not listed."""
    code, _, exchange = ticker.rpartition(".")
    if exchange == "CC":
        return code.replace("-", "/") if code.replace("-", "/") in PAIRS else None
    if exchange == "INDX":
        return code if code in INDICES else None
    symbol = code.replace("-", ".")
    return symbol if exchange == "US" and symbol in COMPANIES else None


async def eod(request: Request) -> Response:
    """Raw prices and an adjusted close; the index has AAPL's."""
    symbol = symbol_of(request.path_params["ticker"])
    if symbol is None:
        return not_found_page()
    query = request.query_params
    first, last = query.get("from", "1900-01-01"), query.get("to", "9999-12-31")
    bars = days_of("MSFT" if symbol in INDICES else symbol)
    rows = [_wire_day(symbol, bar) for bar in bars if first <= str(bar.day) <= last]
    return JSONResponse(rows)


async def real_time(request: Request) -> Response:
    """An object for one ticker, a list for several; unknown tickers have no values."""
    tickers = [request.path_params["ticker"], *filter(None, request.query_params.get("s", "").split(","))]
    rows = [_quote(ticker) for ticker in tickers]
    return JSONResponse(rows if "s" in request.query_params else rows[0])


async def news(request: Request) -> Response:
    """Articles of one ticker, newest first."""
    ticker = request.query_params["s"]
    items = [
        {
            "date": f"2024-01-02T0{number}:15:00+00:00",
            "title": f"Story {number} of <i>{ticker}</i>",
            "content": "word " * 400,
            "link": f"https://news.example/{number}"
            if number < 2
            else f"https://news.example/{ticker}/{number}",
            "symbols": ["AAPL.US", "MSFT.US"],
            "tags": [],
            "sentiment": {"polarity": 0.9, "neg": 0, "neu": 0.9, "pos": 0.1},
        }
        for number in reversed(range(5))
    ]
    return JSONResponse(items[: int(request.query_params["limit"])])


async def dividends(request: Request) -> Response:
    """Only AAPL has paid any."""
    return _listed(request, [each for each in DIVIDENDS if _in_period(str(each["date"]), request)])


async def splits(request: Request) -> Response:
    """Only AAPL has had any."""
    return _listed(request, SPLITS)


async def earnings(request: Request) -> Response:
    """With symbols the dates are ignored, as the vendor does."""
    query = request.query_params
    wanted = query["symbols"].split(",") if "symbols" in query else None
    rows = [
        row
        for row in EARNINGS
        if (row["code"] in wanted if wanted else _in_period(str(row["report_date"]), request))
    ]
    return JSONResponse({"type": "Earnings", "symbols": query.get("symbols", ""), "earnings": rows})


async def fundamentals(request: Request) -> Response:
    """One of the recorded shapes."""
    found = FUNDAMENTALS.get(request.path_params["ticker"])
    return JSONResponse(found) if found else not_found_page()


async def search(request: Request) -> Response:
    """Codes and names like the text; as forgiving as the vendor."""
    text = request.path_params["text"].upper()
    listed = [
        *((symbol.replace(".", "-"), "US", name, "Common Stock") for symbol, name in COMPANIES.items()),
        *((pair.replace("/", "-"), "CC", name, "Currency") for pair, name in PAIRS.items()),
        *((code, "INDX", name, "INDEX") for code, name in INDICES.items()),
        ("AAPL", "F", "Apple Inc", "Common Stock"),
        ("SPY", "US", "SPDR S&P 500 ETF Trust", "ETF"),
    ]
    found = [
        {"Code": code, "Exchange": exchange, "Name": name, "Type": kind, "Country": "USA", "Currency": "USD"}
        for code, exchange, name, kind in listed
        if text in code or text in name.upper() or difflib.SequenceMatcher(None, text, code).ratio() > 0.7
    ]
    return JSONResponse(found[: int(request.query_params.get("limit", 15))])


def _wire_day(symbol: str, bar: Any) -> dict[str, Any]:
    raw = bar.scaled(symbol)
    is_adjusted = symbol == "AAPL" and bar.day < SPLIT_DAY
    adjusted = bar.close * DIVIDEND_FACTOR if is_adjusted else bar.close
    return {
        "date": str(bar.day),
        "open": raw.open,
        "high": raw.high,
        "low": raw.low,
        "close": raw.close,
        "adjusted_close": adjusted,
        "volume": bar.volume,
    }


def _quote(ticker: str) -> dict[str, Any]:
    symbol = symbol_of(ticker)
    bars = days_of("MSFT" if symbol in INDICES else symbol or "")
    if not bars:
        names = ("timestamp", "open", "high", "low", "close", "volume", "previousClose", "change", "change_p")
        return {"code": ticker, "gmtoffset": 0, **dict.fromkeys(names, "NA")}
    before, last = bars[-2:]
    return {
        "code": ticker,
        "timestamp": 1_704_227_343,
        "gmtoffset": 0,
        "open": last.open,
        "high": last.high,
        "low": last.low,
        "close": last.close,
        "volume": last.volume,
        "previousClose": before.close,
        "change": last.close - before.close,
        "change_p": 100 * (last.close / before.close - 1),
    }


def _listed(request: Request, rows: list[dict[str, Any]]) -> Response:
    symbol = symbol_of(request.path_params["ticker"])
    if symbol is None:
        return not_found_page()
    return JSONResponse(rows if symbol == "AAPL" else [])


def _in_period(day: str, request: Request) -> bool:
    query = request.query_params
    return query.get("from", "1900-01-01") <= day <= query.get("to", "9999-12-31")


def _guarded(endpoint: Any) -> Any:
    """Only GET, only with the token, and only JSON when it is asked for: the default is CSV."""

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope)
        query = request.query_params
        if request.method != "GET":
            reply = Response("Forbidden", 403)
        elif query.get("api_token") != TOKEN:
            reply = Response("Unauthenticated", 401)
        elif query.get("fmt") != "json":
            reply = Response("Date,Open,High,Low,Close\n", media_type="text/csv")
        else:
            await endpoint(scope, receive, send)
            return
        await reply(scope, receive, send)

    return guarded


def create_eodhd() -> Starlette:
    """The vendor below /api, as it is at its own address."""
    routes = [
        Route("/api/eod/{ticker}", eod),
        Route("/api/real-time/{ticker}", real_time),
        Route("/api/news", news),
        Route("/api/div/{ticker}", dividends),
        Route("/api/splits/{ticker}", splits),
        Route("/api/calendar/earnings", earnings),
        Route("/api/fundamentals/{ticker}", fundamentals),
        Route("/api/search/{text}", search),
    ]
    for route in routes:
        route.app = _guarded(route.app)
        route.methods = None
    return Starlette(routes=routes)
