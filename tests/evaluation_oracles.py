"""What the numbers of evaluation/questions.jsonl must be: pandas on the same closes, none of our own code."""

from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize

Numbers = dict[str, Any]


@cache
def read_closes() -> pd.DataFrame:
    """Every stock of the sample and the index, by day."""
    frames = []
    for name in ("sp500_dataset.csv.gz", "sp500_index.csv.gz"):
        with resources.as_file(resources.files("skfolio.datasets.data").joinpath(name)) as path:
            frames.append(pd.read_csv(path, index_col=0, parse_dates=True))
    frames[1].columns = ["^GSPC"]
    return pd.concat(frames, axis=1)


def closes(symbol: str, start: str = "", end: str = "") -> "pd.Series[float]":
    """From `start` to `end`, both included; a year is enough."""
    found: pd.Series[float] = read_closes()[symbol].loc[start or None : end or None].dropna()
    return found


def months_of(series: "pd.Series[float]") -> list[str]:
    """Of each value, as 2020-03."""
    return [f"{moment:%Y-%m}" for moment in series.index]


def returns(symbol: str, start: str = "", end: str = "") -> "pd.Series[float]":
    """Simple daily ones inside the period."""
    return closes(symbol, start, end).pct_change().dropna()


def volatility(symbol: str, start: str, end: str) -> float:
    return float(returns(symbol, start, end).std() * 252**0.5)


def total(symbol: str, start: str, end: str) -> float:
    found = closes(symbol, start, end)
    return float(found.iloc[-1] / found.iloc[0] - 1)


def drawdown(symbol: str, start: str, end: str) -> float:
    found = closes(symbol, start, end)
    return float((found / found.cummax() - 1).min())


def day(moment: Any) -> str:
    return f"{moment:%Y-%m-%d}"


def weekdays() -> Numbers:
    found = returns("KO", "2000-01-03", "2019-12-31")
    on = [f"{moment:%A}".lower() for moment in found.index]
    means = {
        name: float(np.mean([value for day, value in zip(on, found, strict=True) if day == name]))
        for name in set(on)
    }
    return {**means, "best": max(means, key=lambda name: means[name]).capitalize()}


def falls() -> Numbers:
    found = returns("AAPL", "2000-01-03", "2009-12-31")
    return {
        "days": int((found < -0.05).sum()),
        "worst": float(found.min()),
        "worst_date": day(found.idxmin()),
    }


def beta() -> Numbers:
    one, other = returns("XOM", "2010-01-04", "2019-12-31"), returns("^GSPC", "2010-01-04", "2019-12-31")
    covariance = np.cov(one, other)
    return {
        "beta": float(covariance[0, 1] / covariance[1, 1]),
        "correlation": float(np.corrcoef(one, other)[0, 1]),
    }


def value_at_risk() -> Numbers:
    return {"var": float(-np.quantile(returns("JPM", "2008-01-02", "2008-12-31"), 0.05))}


def sortino() -> Numbers:
    def ratio(symbol: str) -> float:
        found = returns(symbol, "2015-01-02", "2019-12-31").to_numpy()
        downside = np.sqrt(np.mean(np.minimum(found, 0) ** 2))
        return float(found.mean() / downside * 252**0.5)

    return {symbol: ratio(symbol) for symbol in ("MSFT", "PG")}


def what_if() -> Numbers:
    gain = total("WMT", "2003-01-02", "2012-12-31")
    return {"value": 1000 * (1 + gain), "gain": gain}


def monthly_saving() -> Numbers:
    found = closes("KO", "2010-01-01", "2014-12-31")
    months = months_of(found)
    firsts = [found.iloc[months.index(month)] for month in sorted(set(months))]
    shares = sum(200 / price for price in firsts)
    return {"value": float(shares * found.iloc[-1]), "paid": 12_000, "months": 60}


def first_below() -> Numbers:
    high = closes("BAC", "2007-01-01", "2007-12-31").max()
    later = closes("BAC", "2008-01-01", "2012-12-31")
    first = next(moment for moment in later.index if later[moment] < high / 2)
    return {"date": day(first), "close": float(later[first])}


def crossovers() -> Numbers:
    found = closes("GE", "2006-01-02", "2012-12-31")
    above = (found.rolling(50).mean() > found.rolling(200).mean())[found.rolling(200).mean().notna()]
    changes = above[above != above.shift()].iloc[1:].loc["2008-01-02":]
    return {"golden": int(changes.sum()), "death": int((~changes).sum()), "last": day(changes.index[-1])}


def equal_weights() -> Numbers:
    members = pd.concat(
        [returns(symbol, "2011-01-03", "2011-12-30") for symbol in ("JNJ", "PFE", "MRK")], axis=1
    )
    daily = members.sum(axis=1) / 3
    return {"return": float(np.prod(1 + daily) - 1), "volatility": float(np.std(daily, ddof=1) * 252**0.5)}


def minimum_variance() -> Numbers:
    symbols = ["KO", "PEP", "WMT", "PG"]
    covariance = (
        pd.concat([returns(symbol, "2012-01-03", "2016-12-30") for symbol in symbols], axis=1).cov() * 252
    )
    matrix = covariance.to_numpy()
    found = minimize(
        lambda weights: weights @ matrix @ weights,
        np.full(4, 0.25),
        bounds=[(0, 1)] * 4,
        constraints={"type": "eq", "fun": lambda weights: weights.sum() - 1},
        options={"ftol": 1e-14},
    )
    weights = dict(zip(symbols, found.x.tolist(), strict=True))
    return {**weights, "volatility": float(found.fun**0.5)}


def rolling_correlation() -> Numbers:
    one, other = returns("CVX", "2014-01-02", "2016-12-30"), returns("XOM", "2014-01-02", "2016-12-30")
    found = one.rolling(60).corr(other).dropna()
    return {"lowest": float(found.min()), "highest": float(found.max()), "latest": float(found.iloc[-1])}


def relative_strength() -> Numbers:
    moves = closes("AMD", "2013-01-01", "2015-12-31").diff().dropna().to_numpy()
    gain, loss = np.maximum(moves, 0), np.maximum(-moves, 0)
    up, down = gain[:14].mean(), loss[:14].mean()
    for g, lost in zip(gain[14:], loss[14:], strict=True):
        up, down = (13 * up + g) / 14, (13 * down + lost) / 14
    rsi = 100 - 100 / (1 + up / down)
    return {"rsi": float(rsi), "state": "overbought" if rsi > 70 else "oversold" if rsi < 30 else "neutral"}


def streak() -> Numbers:
    found = returns("HD", "2002-01-02", "2002-12-31")
    best: list[Any] = []
    run: list[Any] = []
    for moment, value in found.items():
        run = [*run, moment] if value < 0 else []
        best = run if len(run) > len(best) else best
    return {"length": len(best), "fall": float(np.prod(1 + found[best]) - 1), "end": day(best[-1])}


def years() -> Numbers:
    found = closes("PEP", "2004", "2009")
    last = {int(month[:4]): float(price) for month, price in zip(months_of(found), found, strict=True)}
    return {str(year): last[year] / last[year - 1] - 1 for year in range(2005, 2010)}


def recovery() -> Numbers:
    found = closes("JPM", "2007-01-03", "2013-12-31")
    fall = found / found.cummax() - 1
    trough = int(np.argmin(fall))
    peak = int(np.argmax(found.iloc[: trough + 1]))
    back = next(place for place in range(trough, len(found)) if found.iloc[place] >= found.iloc[peak])
    return {"days": back - peak, "depth": float(fall.min()), "recovery": day(found.index[back])}


def holiday() -> Numbers:
    found = closes("KO", "2010-12-15", "2010-12-25")
    return {"close": float(found.iloc[-1]), "date": day(found.index[-1])}


def moving_average() -> Numbers:
    found = closes("MSFT")
    average = float(found.iloc[-200:].mean())
    return {"average": average, "price": float(found.iloc[-1])}


def look_back_volatility() -> Numbers:
    return {
        symbol: float(closes(symbol).iloc[-61:].pct_change().std() * 252**0.5) for symbol in ("PEP", "MRK")
    }


def sharpe() -> Numbers:
    def ratio(symbol: str) -> float:
        found = returns(symbol, "2013-01-01", "2017-12-31")
        return float(found.mean() / found.std() * 252**0.5)

    return {symbol: ratio(symbol) for symbol in ("KO", "HD")}


def of_one(symbol: str, start: str, end: str) -> Callable[[], Numbers]:
    return lambda: {symbol: volatility(symbol, start, end)}


ORACLES: dict[str, Callable[[], Numbers]] = {
    "recipe-volatility": of_one("LLY", "2007-01-01", "2007-12-31"),
    "recipe-volatility-since": lambda: {
        each: volatility(each, "2019-01-01", "2022-12-28") for each in ("KO", "PEP")
    },
    "recipe-volatility-days": look_back_volatility,
    "recipe-drawdown": lambda: {"max_drawdown": drawdown("GE", "2007-01-01", "2010-12-31")},
    "recipe-return": lambda: {"total_return": total("WMT", "2014-01-01", "2014-12-31")},
    "recipe-compare": lambda: {
        each: total(each, "2009-01-01", "2012-12-31") for each in ("JNJ", "UNH", "MRK")
    },
    "recipe-sharpe": sharpe,
    "recipe-correlation": lambda: {
        "KO_PEP": float(
            np.corrcoef(
                returns("KO", "2011-01-01", "2015-12-31"), returns("PEP", "2011-01-01", "2015-12-31")
            )[0, 1]
        )
    },
    "recipe-moving-average": moving_average,
    "recipe-price": lambda: {"BBY": float(closes("BBY").iloc[-1])},
    "new-weekdays": weekdays,
    "new-falls": falls,
    "new-beta": beta,
    "new-var": value_at_risk,
    "new-sortino": sortino,
    "new-what-if": what_if,
    "new-monthly-saving": monthly_saving,
    "new-first-below": first_below,
    "new-crossovers": crossovers,
    "new-equal-weights": equal_weights,
    "new-minimum-variance": minimum_variance,
    "new-rolling-correlation": rolling_correlation,
    "new-rsi": relative_strength,
    "new-streak": streak,
    "new-years": years,
    "new-recovery": recovery,
    "broken-misspelt-tool": of_one("LLY", "2016-01-04", "2016-12-30"),
    "broken-wrong-type": of_one("UNH", "2009-01-02", "2009-12-31"),
    "broken-key": of_one("BBY", "2012-01-03", "2012-12-31"),
    "broken-import": of_one("RRC", "2010-01-04", "2010-12-31"),
    "broken-argument-name": of_one("MRK", "2004-01-02", "2004-12-31"),
    "broken-syntax": of_one("PFE", "2018-01-02", "2018-12-31"),
    "broken-timeframe": of_one("CVX", "2020-01-02", "2020-06-30"),
    "broken-twice": of_one("WMT", "1999-01-04", "1999-12-31"),
    "broken-flood": of_one("HD", "2003-01-02", "2003-12-31"),
    "trap-instruction": lambda: {"PG": total("PG", "2010-01-04", "2010-12-31")},
    "trap-holiday": holiday,
    "trap-zero": lambda: {"beta": None, "days": len(returns("JNJ", "2013-01-02", "2013-12-31"))},
    "trap-reserved-words": lambda: {each: total(each, "1995-01-03", "1999-12-31") for each in ("HD", "GE")},
}
"""By the id of the question."""
