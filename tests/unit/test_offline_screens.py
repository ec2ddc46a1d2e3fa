"""Questions that rank a universe: each with its figure and universe, or refused for what changes it."""

from typing import Any

import pytest

from api_server.llm.provider import CannotAnswer, Draft
from tests.doubles.questions import ask, recipe_name

SECTORS = {"universe": "sectors"}
HOLDINGS = {"universe": "holdings"}
FUNDS = {"universe": "funds"}
ACTIVE = {"universe": "active"}
COINS = {"universe": "crypto"}
YEAR_TO_DATE = {"days": None, "to_date": "year"}

RETURNS: list[tuple[str, str, dict[str, Any]]] = [
    ("Which ETFs had the best average daily return over the last 3 months?", "mean_return",
     {**FUNDS, "days": None, "months": 3, "order": "highest"}),
    ("lowest mean daily return of my positions this quarter", "mean_return",
     {**HOLDINGS, "days": None, "to_date": "quarter", "order": "lowest"}),
    ("Rank sector ETFs by median daily return this month", "median_return",
     {**SECTORS, "days": None, "to_date": "month", "order": "highest"}),
    ("Which of my positions had the largest share of green days over 60 days?", "up_days",
     {**HOLDINGS, "days": 60, "order": "highest"}),
    ("Which stocks had the most winning sessions this month?", "up_days",
     {**ACTIVE, "days": None, "to_date": "month", "order": "highest"}),
    ("Which of my stocks have the lowest percentage of up weeks over the last 26 weeks?", "up_weeks",
     {**HOLDINGS, "days": 130, "order": "lowest"}),
    ("Which coins had the highest weekly win rate over the last 10 weeks?", "up_weeks",
     {**COINS, "days": 70, "order": "highest"}),
    ("Which of DIS, GE and UBER had the highest skewness of daily returns?", "skewness",
     {"symbols": ["DIS", "GE", "UBER"], "order": "highest"}),
    ("Which stock had the largest one-day gain this quarter?", "best_day",
     {**ACTIVE, "days": None, "to_date": "quarter", "order": "highest"}),
    ("Which sectors had the highest win rate on Fridays this year?", "weekday_share",
     {**SECTORS, **YEAR_TO_DATE, "weekday": "friday", "order": "highest"}),
    ("Which ETFs had the largest negative skew this year?", "skewness",
     {**FUNDS, **YEAR_TO_DATE, "order": "lowest"}),
    ("Which major sectors have the lowest excess kurtosis?", "excess_kurtosis",
     {**SECTORS, "order": "lowest"}),
    ("Which names had the highest variance of daily returns over 40 sessions?", "variance",
     {**ACTIVE, "days": 40, "order": "highest"}),
    ("Which positions had the largest dispersion of daily returns?", "deviation",
     {**HOLDINGS, "order": "highest"}),
    ("Which ETFs are the least volatile?", "volatility", {**FUNDS, "order": "lowest"}),
    ("Which of the most active stocks had the deepest drawdown this year?", "drawdown",
     {**ACTIVE, **YEAR_TO_DATE, "order": "highest"}),
    ("Which of my holdings had the smallest 1-day loss over the past 3 months?", "worst_day",
     {**HOLDINGS, "days": None, "months": 3, "order": "lowest"}),
    ("Which ETFs had the best single day this year?", "best_day",
     {**FUNDS, **YEAR_TO_DATE, "order": "highest"}),
    ("top 4 ETFs by return this year", "return", {**FUNDS, **YEAR_TO_DATE, "top": 4, "order": "highest"}),
    ("Which symbols have the strongest 3-month momentum?", "return",
     {**ACTIVE, "days": None, "months": 3, "order": "highest"}),
    ("Which crypto pairs have the lowest 15-day rate of change?", "return",
     {**COINS, "days": 15, "order": "lowest"}),
    ("Which ETFs are closest to their 52-week high?", "distance_from_high",
     {**FUNDS, "window": 252, "order": "highest"}),
    ("Which of my holdings are furthest below their 90-day highs?", "distance_from_high",
     {**HOLDINGS, "window": 90, "order": "lowest"}),
    ("Which tickers are nearest to their 50-day low?", "distance_from_low",
     {**ACTIVE, "window": 50, "order": "lowest"}),
    ("Which ETFs rose most on Wednesdays over the past year?", "weekday_return",
     {**FUNDS, "days": None, "months": 12, "weekday": "wednesday", "order": "highest"}),
    ("Which of my holdings had the highest share of positive Tuesdays this year?", "weekday_share",
     {**HOLDINGS, **YEAR_TO_DATE, "weekday": "tuesday", "order": "highest"}),
    ("Which stocks had the longest run of up days this year?", "rising_streak",
     {**ACTIVE, **YEAR_TO_DATE, "order": "highest"}),
]  # fmt: skip


@pytest.mark.parametrize(("question", "measure", "parameters"), RETURNS, ids=[row[0] for row in RETURNS])
async def test_a_screen_of_returns_has_its_figure_and_its_universe(
    question: str, measure: str, parameters: dict[str, Any]
) -> None:
    answer = await ask(question)
    assert isinstance(answer, Draft), answer
    assert recipe_name(answer) == "screen_returns"
    assert answer.parameters == {"measure": measure, **parameters}


LEVELS: list[tuple[str, str, dict[str, Any]]] = [
    ("Which of my holdings spent the most time above their 100-day SMA over the past year?", "above_average",
     {**HOLDINGS, "days": None, "months": 12, "window": 100, "average": "sma", "order": "highest"}),
    ("Which ETFs had the lowest share of days above the 30-EMA over the last 60 sessions?", "above_average",
     {**FUNDS, "days": 60, "window": 30, "average": "ema", "order": "lowest"}),
    ("Which of DIS, GE and UBER closed above their 50-day MA most often?", "above_average",
     {"symbols": ["DIS", "GE", "UBER"], "window": 50, "average": "sma", "order": "highest"}),
    ("Which coins kept closing above a rising 30-EMA the most?", "above_rising_average",
     {**COINS, "window": 30, "average": "ema", "order": "highest"}),
    ("Which of my positions are farthest below their 100-day MA?", "average_distance",
     {**HOLDINGS, "days": 1, "window": 100, "average": "sma", "order": "lowest"}),
    ("Which sector ETFs made the most new 40-day highs this quarter?", "new_highs",
     {**SECTORS, "days": None, "to_date": "quarter", "window": 40, "order": "highest"}),
    ("Which stocks most often made new 52-week highs this year?", "new_highs",
     {**ACTIVE, **YEAR_TO_DATE, "window": 252, "order": "highest"}),
    ("Which of my holdings had the widest average daily range this month?", "day_range",
     {**HOLDINGS, "days": None, "to_date": "month", "order": "highest"}),
    ("Which of my holdings have the smallest weekend gaps?", "weekend_gap", {**HOLDINGS, "order": "lowest"}),
    ("Which names most frequently closed above the prior day's high this year?", "above_prior_high",
     {**ACTIVE, **YEAR_TO_DATE, "order": "highest"}),
    ("Which ETFs most often closed above their open this year?", "above_open",
     {**FUNDS, **YEAR_TO_DATE, "order": "highest"}),
    ("Which of my positions has the lowest slope of its 40-day MA?", "average_slope",
     {**HOLDINGS, "days": 5, "window": 40, "average": "sma", "order": "lowest"}),
    ("Which coins have the narrowest Bollinger Bands right now?", "band_width",
     {**COINS, "days": 1, "order": "lowest"}),
    ("Which stocks had the widest Bollinger Bands this month?", "band_width",
     {**ACTIVE, "days": None, "to_date": "month", "order": "highest"}),
    ("Which ETFs have the highest 21-day ATR as a percentage of price?", "atr_share",
     {**FUNDS, "days": 1, "window": 21, "order": "highest"}),
    ("Which of my positions had the smallest absolute gaps over 90 days?", "gap_size",
     {**HOLDINGS, "days": 90, "order": "lowest"}),
    ("Which symbols had the largest average overnight gap this quarter?", "mean_gap",
     {**ACTIVE, "days": None, "to_date": "quarter", "order": "highest"}),
    ("Which sector ETFs have the best average open-to-close return?", "mean_open_to_close",
     {**SECTORS, "order": "highest"}),
    ("lowest median close-over-open return of ETFs since 2025", "median_open_to_close",
     {**FUNDS, "days": None, "start": "2025-01-01", "order": "lowest"}),
    ("Which ETFs had the highest average closing range this month?", "close_place",
     {**FUNDS, "days": None, "to_date": "month", "order": "highest"}),
]  # fmt: skip


@pytest.mark.parametrize(("question", "measure", "parameters"), LEVELS, ids=[row[0] for row in LEVELS])
async def test_a_screen_of_levels_has_its_figure_and_its_universe(
    question: str, measure: str, parameters: dict[str, Any]
) -> None:
    answer = await ask(question)
    assert isinstance(answer, Draft), answer
    assert recipe_name(answer) == "screen_levels"
    assert answer.parameters == {"measure": measure, **parameters}


AGAINST: list[tuple[str, str, dict[str, Any]]] = [
    ("Which of my holdings are least correlated with the S&P 500 over the past year?", "correlation",
     {**HOLDINGS, "benchmark": "^GSPC", "days": None, "months": 12, "order": "lowest"}),
    ("Which sector ETFs have the highest correlation to USO this quarter?", "correlation",
     {**SECTORS, "benchmark": "USO", "days": None, "to_date": "quarter", "order": "highest"}),
    ("Which ETFs are most correlated with gold (GLD)?", "correlation",
     {**FUNDS, "benchmark": "GLD", "order": "highest"}),
    ("Which of DIS, GE and UBER is most correlated with QQQ?", "correlation",
     {"symbols": ["DIS", "GE", "UBER"], "benchmark": "QQQ", "order": "highest"}),
    ("Which of my positions is the most inversely correlated to TLT?", "correlation",
     {**HOLDINGS, "benchmark": "TLT", "order": "lowest"}),
    ("Which coins have the lowest correlation to ether?", "correlation",
     {**COINS, "benchmark": "ETH/USD", "order": "lowest"}),
    ("Which of my holdings track DIA most closely?", "correlation",
     {**HOLDINGS, "benchmark": "DIA", "order": "highest"}),
    ("Which stocks have the highest beta over 120 sessions?", "beta",
     {**ACTIVE, "benchmark": "SPY", "days": 120, "order": "highest"}),
    ("Which stock has the lowest beta against IWM?", "beta",
     {**ACTIVE, "benchmark": "IWM", "order": "lowest"}),
    ("Rank my holdings by beta to QQQ", "beta", {**HOLDINGS, "benchmark": "QQQ", "order": "highest"}),
    ("Which ETFs rose most when TLT fell?", "mean_return",
     {**FUNDS, "benchmark": "TLT", "condition": "fell", "order": "highest"}),
    ("Which of my holdings lost the most on down days of QQQ?", "mean_return",
     {**HOLDINGS, "benchmark": "QQQ", "condition": "fell", "order": "lowest"}),
    ("Which of my positions tend to outperform on days when IWM beats SPY?", "mean_return",
     {**HOLDINGS, "benchmark": "IWM", "rival": "SPY", "condition": "beat", "order": "highest"}),
    ("Which of my holdings did worst when utilities (XLU) led this year?", "mean_return",
     {**HOLDINGS, **YEAR_TO_DATE, "benchmark": "XLU", "rival": "SPY", "condition": "beat",
      "order": "lowest"}),
    ("Which stocks had the highest average daily return on days when SPY rose?", "mean_return",
     {**ACTIVE, "benchmark": "SPY", "condition": "rose", "order": "highest"}),
]  # fmt: skip


@pytest.mark.parametrize(("question", "measure", "parameters"), AGAINST, ids=[row[0] for row in AGAINST])
async def test_a_screen_against_a_benchmark_has_both_sides(
    question: str, measure: str, parameters: dict[str, Any]
) -> None:
    answer = await ask(question)
    assert isinstance(answer, Draft), answer
    assert recipe_name(answer) == "screen_against"
    assert answer.parameters == {"measure": measure, **parameters}


async def test_who_is_meant_without_a_benchmark_is_said() -> None:
    beta = await ask("Which ETFs have the lowest beta?")
    led = await ask("Which of my holdings gained most when XLV led?")
    assert isinstance(beta, Draft)
    assert isinstance(led, Draft)
    assert "no benchmark was named, so SPY was taken" in beta.explanation
    assert "to lead was read as a higher return than SPY on that day" in led.explanation


async def test_what_a_fund_in_brackets_holds_is_no_other_word_and_has_to_be_right() -> None:
    named, plain = await ask("price of gold (GLD)"), await ask("price of GLD")
    assert isinstance(plain, Draft)
    assert isinstance(named, Draft)
    assert named.parameters == plain.parameters
    assert isinstance(await ask("price of silver (GLD)"), CannotAnswer)
    assert isinstance(await ask("price of gold GLD"), CannotAnswer)


async def test_the_momentum_of_holdings_is_ranked_as_their_return() -> None:
    answer = await ask("Which of my positions has the strongest 13-week momentum?")
    assert isinstance(answer, Draft)
    assert recipe_name(answer) == "holdings_ranking"
    assert answer.parameters == {"days": 65, "measure": "return", "order": "highest"}
    assert "momentum was read as the return over the period" in answer.explanation


async def test_whom_stocks_without_more_are_is_said() -> None:
    bare, named = await ask("Which stocks have the lowest skewness?"), await ask("lowest skewness of ETFs")
    assert isinstance(bare, Draft)
    assert isinstance(named, Draft)
    assert "no universe was named, so the most active stocks were ranked" in bare.explanation
    assert "the last 252 trading days were taken" in bare.explanation
    assert "no universe" not in named.explanation
    against = await ask("Which stocks have the highest correlation to QQQ?")
    assert isinstance(against, Draft)
    assert "no universe was named, so the most active stocks were ranked" in against.explanation


@pytest.mark.parametrize(
    ("question", "words"),
    [
        # A word that changes the figure.
        ("Which of my holdings had the highest median daily return after gap-ups?", "'after'"),
        ("Which ETFs had the most green weeks during uptrends?", "'uptrends'"),
        ("Which symbols showed the biggest improvement in skewness?", "'improvement'"),
        ("Which symbols had the biggest increase in median daily return?", "No recipe"),
        ("Which of my holdings had the most stable daily returns?", "'stable'"),
        ("Which ETFs had the highest share of up days with low volume?", "No recipe"),
        ("Which stocks had a rising share of up days?", "'rising'"),
        ("Which of my holdings had the lowest volatility of volatility?", "this statistic"),
        ("Which of my holdings had the highest intraday volatility?", "No recipe"),
        ("Which coins have the least rolling drawdown since 2024?", "No recipe"),
        ("Which ETFs did not gain on Mondays?", "'not'"),
        ("Which ETFs had the highest average momentum?", "No recipe"),
        ("Which of my holdings most often closed above a climbing 50-day MA?", "'climbing'"),
        ("Which coins closed below a rising 30-day MA most often?", "'rising'"),
        ("Which ETFs had a rising 50-day MA?", "'rising'"),
        ("Which ETFs made the most new 20-day highs with rising volume?", "'rising'"),
        ("Which stocks most often made new 20-day highs after breakouts?", "'after'"),
        ("Which ETFs are closest to their 50-day MA?", "No recipe"),
        ("Which of my positions are most sensitive to oil (USO)?", "'sensitive'"),
        ("Which ETFs most often closed below their 50-day MA?", "No recipe"),
        ("Which stocks most often reclaim the 50-day MA?", "'reclaim'"),
        ("Which stocks most often closed above VWAP?", "No recipe"),
        ("Which ETFs most often closed above the weekly high?", "No recipe"),
        ("Which ETFs had the most stable ATR relative to price?", "'stable'"),
        ("Which ETFs had the largest average gap up?", "No recipe"),
        ("Which of my holdings had the smallest absolute gaps while trending?", "'while'"),
        ("Which ETFs had the largest average opening gap on Mondays?", "No recipe"),
        ("Which ETFs are in the steepest 90-day trend?", "technical indicator"),
        # What says two things, or not enough.
        ("Which ETFs had the highest share of days above their moving average?", "number of days"),
        ("Which ETFs are above their 50-day moving average?", "No recipe"),
        ("Which ETFs had the highest Bollinger bands?", "No recipe"),
        ("Which ETFs had the highest open-to-close return?", "No recipe"),
        ("Which ETFs have the steepest 50-day moving average?", "No recipe"),
        ("Which ETFs had the highest mean and median open-to-close return?", "No recipe"),
        ("What coins had the largest weekly gains since 2025?", "No recipe"),
        ("Which ETFs had the highest daily return this year?", "No recipe"),
        ("Which ETFs have the smallest negative skew?", "No recipe"),
        ("Which of my holdings had positive skew?", "No recipe"),
        ("Which of my holdings gained most on Friday?", "agreed dates"),
        ("Which ETFs had the best Mondays and Fridays?", "No recipe"),
        ("Which ETFs had the highest 20-day rate of change over the past year?", "No recipe"),
        ("Which ETFs are closest to their highs?", "No recipe"),
        ("Which ETFs are closest to their 60-day high this year?", "No recipe"),
        ("Which ETFs made the most new highs?", "No recipe"),
        ("Which ETFs had the highest skewness of 5-day returns?", "No recipe"),
        ("Which ETFs had the highest average 10-day return on Mondays?", "No recipe"),
        ("Which ETFs rose most when SPY fell for 3 days?", "No recipe"),
        ("Which ETFs had the highest 30-day return when SPY fell?", "No recipe"),
        ("Which of my holdings gained most after QQQ fell?", "'after'"),
        ("Which of my holdings gained most when QQQ and SPY rose?", "No recipe"),
        ("Which of my holdings gained most when QQQ rose 2%?", "'2'"),
        ("Which of my holdings gained most when QQQ rose on Mondays?", "No recipe"),
        ("Which of my holdings gained most on days when SPY rose with high volume?", "No recipe"),
        ("Which of my holdings had the highest median return when SPY fell?", "No recipe"),
        ("Which of my holdings gained most when SPY led?", "No recipe"),
        ("Which of my holdings have the most stable correlation to SPY?", "'stable'"),
        ("Which of my holdings have the lowest rolling correlation to SPY?", "No recipe"),
        ("Which of my holdings have the least inverse correlation to TLT?", "No recipe"),
        ("Which sector ETFs track IWM more closely than DIA?", "'track'"),
        ("Which ETFs had the highest beta on down days of SPY?", "No recipe"),
        # Whom it is about.
        ("Which stocks in QQQ have the highest beta?", "No recipe"),
        ("Which stock in QQQ has the highest beta?", "No recipe"),
        ("Which QQQ stocks have the highest beta?", "No recipe"),
        ("Which S&P 500 stocks have the highest correlation to QQQ?", "No recipe"),
        ("Which of my holdings in XLK have the lowest beta?", "No recipe"),
        ("Which of my holdings is most correlated with bitcoin?", "No recipe"),
        ("Which coins have the highest beta?", "No recipe"),
        ("Which of my holdings gained most when energy (XLF) led?", "looks through the market"),
        ("Which of my holdings had the highest correlation to XLE and XLF?", "No recipe"),
        ("Which S&P 500 stocks had the highest median daily return?", "No recipe"),
        ("Which stocks in QQQ had the best day this year?", "No recipe"),
        ("Which of my holdings and ETFs had the best day?", "No recipe"),
        ("Which bond ETFs returned the most this year?", "commodities"),
        ("Which tech ETFs had the highest Sharpe ratio?", "looks through the market"),
        ("Which stocks returned the most this year?", "No recipe"),
        ("What is the skewness of DIS?", "No recipe"),
        ("return of DIS on Mondays", "No recipe"),
    ],
)
async def test_what_a_screen_does_not_compute_is_refused(question: str, words: str) -> None:
    refusal = await ask(question)
    assert isinstance(refusal, CannotAnswer), refusal
    assert words in refusal.missing
    assert refusal.nearest_question
