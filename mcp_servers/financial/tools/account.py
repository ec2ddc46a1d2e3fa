"""The trading account, looked at. There is no tool that changes it, and no code that could."""

from typing import Annotated, Literal

from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from mcp_servers.financial.market import Market
from mcp_servers.financial.vendors import kinds
from mcp_servers.financial.vendors.requests import (
    AccountRequest,
    OrdersRequest,
    PortfolioHistoryRequest,
    PositionsRequest,
    WatchlistsRequest,
)
from mcp_servers.tool import make_tool
from schemas.market.account import Account, Orders, PortfolioHistory, Positions, Watchlists
from schemas.market.envelope import Envelope

ACCOUNT_SECONDS = 10
HISTORY_SECONDS = 60


class AccountTools:
    """Tools for the account that the configured key belongs to."""

    def __init__(self, market: Market) -> None:
        self._market = market

    async def alpaca_trading_account(self) -> Envelope[Account]:
        """Cash, equity, buying power and margins of the account."""
        return await self._market.answer(kinds.ACCOUNT, AccountRequest())

    async def alpaca_trading_positions(self) -> Envelope[Positions]:
        """Open positions with their cost, value and unrealized gain, by symbol."""
        return await self._market.answer(kinds.POSITIONS, PositionsRequest())

    async def alpaca_trading_orders(
        self,
        status: Annotated[Literal["open", "closed", "all"], Field(description="Which orders.")] = "all",
        limit: Annotated[int, Field(ge=1, le=500, description="How many orders at most.")] = 50,
    ) -> Envelope[Orders]:
        """Orders that were placed elsewhere, newest first."""
        return await self._market.answer(kinds.ORDERS, OrdersRequest(limit, status))

    async def alpaca_trading_portfolio_history(
        self,
        period: Annotated[
            Literal["1D", "1W", "1M", "3M", "1A"],
            Field(description="How far back from now: days, weeks, months, 1A is a year."),
        ] = "1M",
        timeframe: Annotated[
            Literal["5Min", "15Min", "1H", "1D"],
            Field(description="Time between two values; below 1D only for short periods."),
        ] = "1D",
    ) -> Envelope[PortfolioHistory]:
        """Equity of the account over time, as columns, oldest first."""
        request = PortfolioHistoryRequest(period, timeframe)
        return await self._market.answer(kinds.PORTFOLIO_HISTORY, request)

    async def alpaca_trading_watchlists(self) -> Envelope[Watchlists]:
        """The account's watchlists with their symbols."""
        return await self._market.answer(kinds.WATCHLISTS, WatchlistsRequest())


def make_account_tools(market: Market) -> list[Tool]:
    """Each with the seconds that its answer stays true."""
    tools = AccountTools(market)
    return [
        make_tool(tools.alpaca_trading_account, ACCOUNT_SECONDS),
        make_tool(tools.alpaca_trading_positions, ACCOUNT_SECONDS),
        make_tool(tools.alpaca_trading_orders, ACCOUNT_SECONDS),
        make_tool(tools.alpaca_trading_portfolio_history, HISTORY_SECONDS),
        make_tool(tools.alpaca_trading_watchlists, HISTORY_SECONDS),
    ]
