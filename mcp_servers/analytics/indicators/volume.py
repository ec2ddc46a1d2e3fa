"""Volume: what a price does, weighed by how much is traded."""

import numpy as np
import talib

from mcp_servers.analytics.indicators.wide import is_wide, rolling_sum
from mcp_servers.analytics.indicators.windows import rolling_any
from mcp_servers.analytics.series import Values, check_length


def on_balance_volume(close: Values, volume: Values) -> Values:
    """Running sum of volume: added when the close rises, subtracted when it falls, left when it stays.

    Granville (1963), from TA-Lib's OBV. Seed: it starts at the first volume, so only its changes have a
    meaning. The arrays are 1-dimensional, finite and of one length. Raises `TooShort` for none.
    """
    check_length(close, 1, "an on-balance volume")
    return np.asarray(talib.OBV(close, volume), dtype=np.float64)


def volume_weighted_price(
    high: Values, low: Values, close: Values, volume: Values, period: int | None
) -> Values:
    """Mean of the typical price (high + low + close) / 3, weighed by volume.

    Over all bars so far (TA-Lib's VWAP), or over the last `period` ones (its VWMA). NaN where the window is
    not full or nothing was traded in it. The arrays are
    1-dimensional, finite and of one length, volume is not negative. Raises `TooShort` below `period` bars, or
    1.
    """
    check_length(close, period or 1, f"a volume-weighted price over {period or 'all'}")
    traded = volume > 0
    if period is None:
        price: Values = talib.VWAP(high, low, close, volume)
        price[: int(np.argmax(traded)) if traded.any() else None] = np.nan
        return price
    typical = (high + low + close) / 3
    if is_wide(volume) or is_wide(typical):
        sums = rolling_sum(volume, period)
        return rolling_sum(typical * volume, period) / np.where(sums > 0, sums, np.nan)
    price = np.asarray(talib.VWMA(typical, volume, timeperiod=period), dtype=np.float64)
    if not traded.all():
        price[~rolling_any(traded, period)] = np.nan
    return price


def money_flow_index(high: Values, low: Values, close: Values, volume: Values, period: int) -> Values:
    """100 * (flow of rises) / (flow of rises and falls) over `period` bars, from 0 to 100.

    A bar's flow is typical price times volume, and rises or falls with the typical price. Quong and Soudack
    (1989), from TA-Lib's MFI. NaN at the first `period` places and where nothing flows, where TA-Lib has 0.
    The arrays are 1-dimensional, finite and of one length, volume
    is not negative. Raises `TooShort` below `period` + 1 bars.
    """
    check_length(close, period + 1, f"a money-flow index over {period}")
    if is_wide(volume) or is_wide(close):
        return _wide_money_flow(high + low + close, volume, period)
    index: Values = talib.MFI(high, low, close, volume, timeperiod=period)
    if (index == 0).any():
        typical = high + low + close
        flows = np.append(False, (typical[1:] != typical[:-1]) & (volume[1:] > 0))
        index[~rolling_any(flows, period)] = np.nan
    return index


def _wide_money_flow(typical: Values, volume: Values, period: int) -> Values:
    """The same from sums window by window; as TA-Lib's running sums lose small flows beside large ones."""
    flow = (typical * volume)[1:]
    rises, falls = (
        rolling_sum(np.where(moved, flow, 0.0), period)
        for moved in (typical[1:] > typical[:-1], typical[1:] < typical[:-1])
    )
    total = rises + falls
    return np.append(np.nan, 100 * rises / np.where(total > 0, total, np.nan))
