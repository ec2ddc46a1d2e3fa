"""The account side of Alpaca's wire format: money in strings, one watchlist, hours in New York's time."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.doubles.vendors.small_market import COMPANIES, PAIRS
from tests.doubles.vendors.stand_in import refuse

ACCOUNT = {
    "id": "e6fe16f3-64a4-4921-8928-cadf02f92f98",
    "account_number": "010203ABCD",
    "status": "ACTIVE",
    "crypto_status": "ACTIVE",
    "currency": "USD",
    "cash": "-23140.2",
    "portfolio_value": "103820.56",
    "equity": "103820.56",
    "last_equity": "103529.24",
    "buying_power": "262113.632",
    "regt_buying_power": "80680.36",
    "non_marginable_buying_power": "1000",
    "options_buying_power": "1000",
    "long_market_value": "126960.76",
    "short_market_value": "0",
    "initial_margin": "63480.38",
    "maintenance_margin": "38088.228",
    "last_maintenance_margin": "38000.832",
    "sma": "0",
    "multiplier": "4",
    "accrued_fees": "0",
    "pending_transfer_in": "0",
    "pending_transfer_out": "0",
    "shorting_enabled": True,
    "trading_blocked": False,
    "transfers_blocked": False,
    "account_blocked": False,
    "trade_suspended_by_user": False,
    "created_at": "2019-06-12T22:47:07.99658Z",
    "options_approved_level": 2,
    "options_trading_level": 2,
}
POSITION = {
    "asset_id": "904837e3-3b76-47ec-b432-046db621571b",
    "exchange": "NASDAQ",
    "asset_class": "us_equity",
    "asset_marginable": True,
    "avg_entry_price": "100.0",
    "unrealized_intraday_pl": "10.0",
    "unrealized_intraday_plpc": "0.0084",
    "current_price": "120.0",
    "lastday_price": "119.0",
    "change_today": "0.0084",
}
POSITIONS: list[dict[str, Any]] = [
    {
        **POSITION,
        "symbol": "MSFT",
        "qty": "-2",
        "qty_available": "-2",
        "side": "short",
        "market_value": "-240.0",
        "cost_basis": "-200.0",
        "unrealized_pl": "-40.0",
        "unrealized_plpc": "-0.2",
    },
    {
        **POSITION,
        "symbol": "AAPL",
        "qty": "5",
        "qty_available": "4",
        "side": "long",
        "market_value": "600.0",
        "cost_basis": "500.0",
        "unrealized_pl": "100.0",
        "unrealized_plpc": "0.20",
    },
]
ORDER: dict[str, Any] = {
    "client_order_id": "eb9e2aaa-f71a-4f51-b5b4-52a6c565dad4",
    "created_at": "2021-03-16T18:38:01.942282Z",
    "updated_at": "2021-03-16T18:38:01.942282Z",
    "expired_at": None,
    "canceled_at": None,
    "failed_at": None,
    "replaced_at": None,
    "replaced_by": None,
    "replaces": None,
    "asset_id": "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415",
    "symbol": "AAPL",
    "asset_class": "us_equity",
    "order_class": "",
    "side": "buy",
    "time_in_force": "day",
    "stop_price": None,
    "extended_hours": False,
    "legs": None,
    "trail_percent": None,
    "trail_price": None,
    "hwm": None,
    "position_intent": "buy_to_open",
}
ORDERS: list[dict[str, Any]] = [
    {
        **ORDER,
        "id": "61e69015-8549-4bfd-b9c3-01e75843f47d",
        "submitted_at": "2021-03-17T18:38:01.937734Z",
        "filled_at": None,
        "notional": "500",
        "qty": None,
        "filled_qty": "0",
        "filled_avg_price": None,
        "order_type": "market",
        "type": "market",
        "limit_price": None,
        "status": "accepted",
    },
    {
        **ORDER,
        "id": "61e69015-8549-4bfd-b9c3-01e75843f47e",
        "submitted_at": "2021-03-16T18:38:01.937734Z",
        "filled_at": "2021-03-16T18:39:00Z",
        "notional": None,
        "qty": "15",
        "filled_qty": "15",
        "filled_avg_price": "106.5",
        "order_type": "limit",
        "type": "limit",
        "limit_price": "107.00",
        "status": "filled",
    },
]
WATCHLIST_ID = "fb306e55-16d3-4118-8c3d-c1615fcd4c03"
WATCHLIST = {
    "id": WATCHLIST_ID,
    "account_id": ACCOUNT["id"],
    "created_at": "2019-10-30T07:54:42.981322Z",
    "updated_at": "2019-10-30T07:54:42.981322Z",
    "name": "Tech",
}


def asset(symbol: str) -> dict[str, Any]:
    """One listed asset, as the vendor describes it."""
    is_pair = symbol in PAIRS
    return {
        "id": "904837e3-3b76-47ec-b432-046db621571b",
        "class": "crypto" if is_pair else "us_equity",
        "exchange": "CRYPTO" if is_pair else "NASDAQ",
        "symbol": symbol,
        "name": {**COMPANIES, **PAIRS}[symbol],
        "status": "active",
        "tradable": True,
        "marginable": not is_pair,
        "shortable": not is_pair,
        "easy_to_borrow": not is_pair,
        "fractionable": True,
    }


async def account(_request: Request) -> Response:
    """The account."""
    return JSONResponse(ACCOUNT)


async def positions(_request: Request) -> Response:
    """A long and a short one."""
    return JSONResponse(POSITIONS)


async def orders(request: Request) -> Response:
    """Newest first; the vendor shows open orders unless told otherwise."""
    status = request.query_params.get("status", "open")
    is_open = {"accepted": "open", "filled": "closed"}
    shown = [order for order in ORDERS if status in ("all", is_open[order["status"]])]
    return JSONResponse(shown[: int(request.query_params.get("limit", 50))])


async def portfolio_history(request: Request) -> Response:
    """Three days, whose first has no gain yet."""
    return JSONResponse(
        {
            "timestamp": [1_703_739_600, 1_703_826_000, 1_704_171_600],
            "equity": [100_000.0, 101_000.0, 99_500.0],
            "profit_loss": [0.0, 1000.0, -500.0],
            "profit_loss_pct": [0.0, 0.01, None],
            "base_value": 100_000.0,
            "timeframe": request.query_params.get("timeframe", "1D"),
            "cashflow": {},
        }
    )


async def watchlists(_request: Request) -> Response:
    """Names without symbols."""
    return JSONResponse([WATCHLIST])


async def watchlist(request: Request) -> Response:
    """One list with its symbols."""
    if request.path_params["id"] != WATCHLIST_ID:
        return refuse(404, "watchlist not found")
    return JSONResponse({**WATCHLIST, "assets": [asset("MSFT"), asset("AAPL")]})


async def clock(_request: Request) -> Response:
    """With New York's offset, as the vendor writes it."""
    return JSONResponse(
        {
            "timestamp": "2024-01-02T15:30:00.123456789-05:00",
            "is_open": True,
            "next_open": "2024-01-03T09:30:00-05:00",
            "next_close": "2024-01-02T16:00:00-05:00",
        }
    )


async def calendar(request: Request) -> Response:
    """Days around Independence Day, one of them short."""
    days = [
        {"date": "2023-06-30", "open": "09:30", "close": "16:00", "session_open": "0400"},
        {"date": "2023-07-03", "open": "09:30", "close": "13:00", "session_open": "0400"},
        {"date": "2023-07-05", "open": "09:30", "close": "16:00", "session_open": "0400"},
    ]
    first, last = request.query_params["start"], request.query_params["end"]
    return JSONResponse([day for day in days if first[:10] <= day["date"] <= last[:10]])


async def assets(request: Request) -> Response:
    """Everything of a class."""
    wanted = request.query_params.get("asset_class", "us_equity")
    return JSONResponse([asset(symbol) for symbol in (PAIRS if wanted == "crypto" else COMPANIES)])


ACCOUNT_ROUTES = [
    Route("/v2/account", account),
    Route("/v2/account/portfolio/history", portfolio_history),
    Route("/v2/positions", positions),
    Route("/v2/orders", orders),
    Route("/v2/watchlists", watchlists),
    Route("/v2/watchlists/{id}", watchlist),
    Route("/v2/clock", clock),
    Route("/v2/calendar", calendar),
    Route("/v2/assets", assets),
]
