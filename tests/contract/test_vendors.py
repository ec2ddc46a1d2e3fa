"""What every vendor must do. A new vendor is one more line in `VENDORS`."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from pydantic import BaseModel

from mcp_servers.financial.vendors.sample import load_sample
from mcp_servers.financial.vendors.vendor import (
    BarsRequest,
    MostActivesRequest,
    SnapshotsRequest,
    Vendor,
    answer,
)
from mcp_servers.problems import BadArgument, NoData, UnknownSymbol
from schemas.market.prices import Timeframe

VENDORS: dict[str, Callable[[], Vendor]] = {"sample": load_sample}
TIMEFRAMES: tuple[Timeframe, ...] = ("1Day", "1Week", "1Month")


@pytest.fixture(scope="module", params=list(VENDORS))
def vendor(request: pytest.FixtureRequest) -> Vendor:
    return VENDORS[request.param]()


def ask(
    symbol: str = "AAPL",
    timeframe: Timeframe = "1Day",
    limit: int = 30,
    start: date | None = None,
    end: date | None = None,
) -> BarsRequest:
    """A request that differs from an ordinary one in what is given."""
    return BarsRequest(symbol, timeframe, limit, start, end, "all")


@pytest.mark.parametrize("timeframe", TIMEFRAMES)
async def test_bars_are_columns_of_one_length_oldest_first(vendor: Vendor, timeframe: Timeframe) -> None:
    bars = (await answer(vendor.bars, ask(timeframe=timeframe))).data
    columns = (bars.timestamp, bars.open, bars.high, bars.low, bars.close, bars.volume)
    assert {len(column) for column in columns} == {30}
    assert bars.timestamp == sorted(set(bars.timestamp))
    assert all(close is not None and close > 0 for close in bars.close)
    assert (bars.symbol, bars.timeframe) == ("AAPL", timeframe)


async def test_a_limit_without_a_start_takes_the_newest_bars(vendor: Vendor) -> None:
    many = (await answer(vendor.bars, ask(limit=30))).data
    few = (await answer(vendor.bars, ask(limit=5))).data
    assert few.timestamp == many.timestamp[-5:]
    assert few.close == many.close[-5:]


async def test_a_limit_counts_back_from_the_end_asked_for(vendor: Vendor) -> None:
    many = (await answer(vendor.bars, ask(limit=30))).data
    end = date.fromisoformat(many.timestamp[19])
    few = (await answer(vendor.bars, ask(limit=5, end=end))).data
    assert few.timestamp == many.timestamp[15:20]


async def test_a_period_takes_in_its_first_and_last_day(vendor: Vendor) -> None:
    many = (await answer(vendor.bars, ask(limit=30))).data
    first, last = (date.fromisoformat(many.timestamp[position]) for position in (3, 9))
    period = (await answer(vendor.bars, ask(start=first, end=last))).data
    assert period.timestamp == many.timestamp[3:10]


async def test_a_period_with_more_bars_than_the_limit_is_refused_and_not_cut(vendor: Vendor) -> None:
    many = (await answer(vendor.bars, ask(limit=30))).data
    request = ask(limit=29, start=date.fromisoformat(many.timestamp[0]))
    with pytest.raises(BadArgument) as caught:
        await answer(vendor.bars, request)
    assert caught.value.wire.details == {"available": 30}


async def test_a_period_without_bars_says_what_there_is(vendor: Vendor) -> None:
    newest = date.fromisoformat((await answer(vendor.bars, ask(limit=1))).data.timestamp[0])
    with pytest.raises(NoData) as caught:
        await answer(vendor.bars, ask(start=newest + timedelta(days=3650)))
    assert set(caught.value.wire.details) == {"first", "last"}


async def test_an_unknown_symbol_names_the_nearest_ones(vendor: Vendor) -> None:
    with pytest.raises(UnknownSymbol) as caught:
        await answer(vendor.bars, ask("APPL"))
    assert caught.value.wire.details["symbol"] == "APPL"
    assert "AAPL" in caught.value.wire.details["nearest"]


async def test_snapshots_come_in_the_order_asked_for(vendor: Vendor) -> None:
    snapshots = (await answer(vendor.snapshots, SnapshotsRequest(["XOM", "AAPL", "XOM"]))).data.snapshots
    assert [snapshot.symbol for snapshot in snapshots] == ["XOM", "AAPL", "XOM"]


async def test_a_snapshot_agrees_with_the_newest_bar(vendor: Vendor) -> None:
    bars = (await answer(vendor.bars, ask(limit=2))).data
    (snapshot,) = (await answer(vendor.snapshots, SnapshotsRequest(["AAPL"]))).data.snapshots
    assert [snapshot.previous_close, snapshot.price] == bars.close


async def test_snapshots_name_every_unknown_symbol(vendor: Vendor) -> None:
    with pytest.raises(UnknownSymbol) as caught:
        await answer(vendor.snapshots, SnapshotsRequest(["AAPL", "NOPE1", "NOPE2"]))
    assert caught.value.wire.details["symbols"] == ["NOPE1", "NOPE2"]


async def test_the_screen_is_ranked_from_one_and_says_by_what(vendor: Vendor) -> None:
    screen = (await answer(vendor.most_actives, MostActivesRequest(3))).data
    assert [row.rank for row in screen.rows] == [1, 2, 3]
    assert len({row.symbol for row in screen.rows}) == 3
    assert screen.ranked_by


async def test_every_answer_is_labelled(vendor: Vendor) -> None:
    labels = [
        (await answer(vendor.bars, ask())).metadata,
        (await answer(vendor.snapshots, SnapshotsRequest(["AAPL"]))).metadata,
        (await answer(vendor.most_actives, MostActivesRequest(3))).metadata,
    ]
    for label in labels:
        assert label.source
        assert label.endpoint
        assert label.as_of is not None


async def test_the_middle_step_is_still_as_the_vendor_sent_it(vendor: Vendor) -> None:
    raw = [
        await vendor.bars.fetch(vendor.bars.make_query(ask())),
        await vendor.snapshots.fetch(vendor.snapshots.make_query(SnapshotsRequest(["AAPL"]))),
        await vendor.most_actives.fetch(vendor.most_actives.make_query(MostActivesRequest(3))),
    ]
    assert not any(isinstance(one, BaseModel) for one in raw)


async def test_its_health_names_it_and_its_newest_day(vendor: Vendor) -> None:
    part = vendor.check_health()
    envelope = await answer(vendor.bars, ask(limit=1))
    assert part.status == "up"
    assert part.facts["vendor"] == envelope.metadata.source
    assert part.facts["as_of"] == str(envelope.metadata.as_of)
