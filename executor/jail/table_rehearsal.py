"""Ordinary operations on tables and arrays, done once in a zygote that has numpy and pandas."""

from io import StringIO

import numpy as np
import pandas as pd

from executor.jail.values import Converter


def rehearse_tables() -> None:
    """Run every rehearsal once."""
    for part in (_frames, _time, _numbers, _results):
        part()


def _frames() -> None:
    index = pd.date_range("2020-01-01", periods=60, freq="D")
    table = pd.DataFrame(
        {"x": np.arange(60.0), "y": np.sin(np.arange(60.0)), "g": list("abc") * 20}, index=index
    )
    table["z"] = table["x"].pct_change().rolling(5).mean()
    table.loc[table["x"] > 3, ["x", "y"]].iloc[:5]
    table.groupby("g").agg({"x": "mean", "y": ["min", "max"]})
    table.groupby("g")["x"].transform("rank")
    table.merge(table.reset_index(drop=True), on="g", how="left", indicator=True)
    table.pivot_table(index="g", values="x", aggfunc="sum", margins=True)
    table.reset_index().melt(id_vars="g")
    table[["x", "y"]].resample("W").last()
    table["x"].resample("ME").ohlc()
    table["x"].ewm(span=5).std()
    table["x"].expanding().max()
    table["x"].rolling(5).apply(np.mean, raw=True)
    table[["x", "y"]].corr()
    table[["x", "y"]].cov()
    table["x"].describe()
    table["g"].value_counts()
    pd.concat([table, table], axis=0).drop_duplicates()
    pd.cut(table["x"], 4)
    pd.qcut(table["x"], 4)
    table["x"].quantile([0.05, 0.95])
    table.sort_values(["g", "x"], ascending=[True, False]).nlargest(3, "x")
    table.stack()
    table.set_index("g", append=True).unstack()
    table["g"].str.upper().str.contains("A")
    table["g"].astype("category").cat.codes
    table.query("x > 3 and g == 'a'")
    table.eval("x + y")
    table["x"].interpolate().ffill().fillna(0).cumsum().cummax()
    table.to_string()
    table.to_csv()
    table.to_json()
    table.to_html()
    repr(table)
    pd.read_csv(StringIO("a,b\n1,2\n"))
    pd.get_dummies(table["g"])
    table[["x", "y"]].shift(1).diff().clip(-1, 1).round(2).abs()
    pd.crosstab(table["g"], table["g"])
    table["x"].idxmax()
    table.explode("g")
    pd.merge_asof(table[["x"]], table[["y"]], left_index=True, right_index=True)
    pd.Series([1, None, 3], dtype="Int64").sum()
    table.apply(lambda row: row["x"], axis=1)
    next(table.iterrows())


def _time() -> None:
    stamp = pd.Timestamp("2020-03-01 09:30", tz="America/New_York")
    stamp.tz_convert("UTC").strftime("%Y-%m-%d")
    pd.to_datetime(["2020-01-01", "2020-02-01"], utc=True).tz_convert("Europe/London")
    pd.to_datetime("01/02/2020", format="%d/%m/%Y")
    pd.bdate_range("2020-01-01", periods=5)
    pd.Timestamp("2020-01-31") + pd.offsets.MonthEnd(1) + pd.tseries.offsets.BDay(2) + pd.DateOffset(months=1)
    pd.period_range("2020-01", periods=3, freq="M").to_timestamp()
    pd.Series(pd.date_range("2020-01-01", periods=3)).dt.day_name()


def _numbers() -> None:
    rng = np.random.default_rng(1)
    square = rng.normal(size=(8, 8))
    np.fft.rfft(square[0])
    np.linalg.eigh(square @ square.T)
    np.linalg.lstsq(square, square[0], rcond=None)
    np.linalg.solve(square, square[0])
    np.linalg.svd(square)
    np.linalg.inv(square)
    np.linalg.qr(square)
    np.linalg.cholesky(square @ square.T + np.eye(8))
    np.polyfit(np.arange(8), square[0], 2)
    np.percentile(square, [5, 95])
    np.histogram(square, 4)
    np.corrcoef(square)
    np.convolve(square[0], square[1])
    np.interp([0.5], [0, 1], [0, 1])
    np.ma.masked_invalid(square).mean()
    np.random.RandomState(1).permutation(4)
    str(np.array([1.0, 2.0]))


def _results() -> None:
    converter = Converter(8, 1000, 1000)
    converter.convert({"a": np.float64(1), "b": pd.Series([1.0]), "c": pd.DataFrame({"x": [1]}), "d": pd.NaT})
    converter.convert([np.arange(2), pd.Timestamp("2020-01-01"), np.datetime64("2020-01-01")])
