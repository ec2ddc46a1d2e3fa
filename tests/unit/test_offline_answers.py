"""Questions that the offline analyst answers, each with the one right recipe and the right parameters."""

from typing import Any

import pytest

from api_server.llm.provider import Draft
from prompts.library import Recipe
from tests.doubles.questions import LIBRARY, ask, recipe_name

FIVE = ["AAPL", "MSFT", "KO", "JPM", "XOM"]
YEAR_2008 = {"days": None, "start": "2008-01-01", "end": "2008-12-31"}
ANSWERS: list[tuple[str, str, dict[str, Any]]] = [
    ("Which of AAPL, MSFT, KO, JPM and XOM was most volatile over the last 60 trading days?",
     "volatility_ranking",
     {"symbols": FIVE, "days": 60, "order": "highest"}),
    ("most volatile among AAPL, MSFT, KO, JPM & XOM, last 60 sessions", "volatility_ranking",
     {"symbols": FIVE, "days": 60, "order": "highest"}),
    ("Which is least volatile over the past 2 years: Coca-Cola, Pepsi or Procter & Gamble?",
     "volatility_ranking",
     {"symbols": ["KO", "PEP", "PG"], "days": None, "months": 24, "order": "lowest"}),
    ("Is V more volatile than MA?", "volatility_ranking", {"symbols": ["V", "MA"], "order": "highest"}),
    ("60-day volatility of $AAPL", "volatility_ranking", {"symbols": ["AAPL"], "days": 60}),
    ("How volatile were Lowe's and Home Depot in the first quarter of 2020?", "volatility_ranking",
     {"symbols": ["LOW", "HD"], "days": None, "start": "2020-01-01", "end": "2020-03-31"}),
    ("volatility of FAANG stocks since 2015", "volatility_ranking",
     {"symbols": ["META", "AAPL", "AMZN", "NFLX", "GOOGL"], "days": None, "start": "2015-01-01"}),
    ("What was AAPL's maximum drawdown in 2008?", "max_drawdown", {"symbols": ["AAPL"], **YEAR_2008}),
    ("What\u2019s the S&P 500\u2019s max drawdown from October 2007 to March 2009?", "max_drawdown",
     {"symbols": ["^GSPC"], "days": None, "start": "2007-10-01", "end": "2009-03-31"}),
    ("Peak-to-trough decline of BAC during 2008", "max_drawdown", {"symbols": ["BAC"], **YEAR_2008}),
    ("biggest drawdown of Exxon Mobil ever", "max_drawdown", {"symbols": ["XOM"], "days": None}),
    ("Which had the smallest max drawdown in 2008: KO, PEP or PG?", "max_drawdown",
     {"symbols": ["KO", "PEP", "PG"], **YEAR_2008, "order": "lowest"}),
    ("Who had the worst drawdown in 2008, JPM or BAC?", "max_drawdown",
     {"symbols": ["JPM", "BAC"], **YEAR_2008}),
    ("whats the sharpe ratio of jpmorgan, 4% risk free, over the last 3 years", "sharpe_ranking",
     {"symbols": ["JPM"], "days": None, "months": 36, "risk_free_rate": 0.04}),
    ("Rank UNH, LLY and PFE by Sharpe ratio since 2010", "sharpe_ranking",
     {"symbols": ["UNH", "LLY", "PFE"], "days": None, "start": "2010-01-01", "order": "highest"}),
    ("Which has the worse Sharpe ratio, KO or PEP, year to date?", "sharpe_ranking",
     {"symbols": ["KO", "PEP"], "days": None, "to_date": "year", "order": "lowest"}),
    ("AAPL/MSFT correlation over the last 120 days", "correlation",
     {"symbols": ["AAPL", "MSFT"], "days": 120}),
    ("Show the correlation matrix for Chevron, Exxon and BP in H1 2012", "correlation",
     {"symbols": ["CVX", "XOM", "BP"], "days": None, "start": "2012-01-01", "end": "2012-06-30"}),
    ("Which pair among AAPL, MSFT and KO was the least correlated?", "correlation",
     {"symbols": ["AAPL", "MSFT", "KO"], "order": "lowest"}),
    ("correlation of bitcoin and ether over the last 90 days", "correlation",
     {"symbols": ["BTC/USD", "ETH/USD"], "days": 90}),
    ("Which performed best this year: BTC, ETH or solana?", "compare_performance",
     {"symbols": ["BTC/USD", "ETH/USD", "SOL/USD"], "days": None, "to_date": "year", "order": "highest"}),
    ("DIS stock", "summary", {"symbol": "DIS"}),
    ("max drawdown of KO in 2010 as a chart", "max_drawdown",
     {"symbols": ["KO"], "days": None, "start": "2010-01-01", "end": "2010-12-31"}),
    ("overview of UBER in 2021", "performance",
     {"symbol": "UBER", "days": None, "start": "2021-01-01", "end": "2021-12-31"}),
    ("UBER, last 2 years", "performance", {"symbol": "UBER", "days": None, "months": 24}),
    ("current prices of ether and bitcoin", "crypto_price", {"symbols": ["ETH/USD", "BTC/USD"]}),
    ("VaR of DIS and UBER at 97%", "value_at_risk", {"symbols": ["DIS", "UBER"], "confidence": 0.97}),
    ("what would $3,000 in DIS 8 years ago be worth now", "invested_once",
     {"symbol": "DIS", "amount": 3000, "months": 96}),
    ("how close is DIS to its 52-week high", "year_range", {"symbols": ["DIS"]}),
    ("is DIS near its all-time high", "all_time_high", {"symbols": ["DIS"]}),
    ("average daily volume of DIS over the last 40 days", "trading_volume", {"symbols": ["DIS"], "days": 40}),
    ("when does DIS report?", "earnings_dates", {"symbols": ["DIS"]}),
    ("my biggest winners", "positions", {"rank_by": "gain"}),
    ("my biggest losers", "positions", {"rank_by": "loss"}),
    ("news about DIS", "news", {"symbols": ["DIS"]}),
    ("is the market open tomorrow?", "market_hours", {}),
    ("Show my holdings of SPY", "holding", {"symbol": "SPY"}),
    ("MFI and CCI of KO", "indicators", {"symbol": "KO", "indicators": ["mfi", "cci"]}),
    ("Money flow index of Pfizer", "oscillator", {"symbol": "PFE", "indicator": "mfi"}),
    ("TSLA MFI 20", "oscillator", {"symbol": "TSLA", "indicator": "mfi", "window": 20}),
    ("30-day CCI for ETH", "oscillator", {"symbol": "ETH/USD", "indicator": "cci", "window": 30}),
    ("show me the williams %r of IBM", "oscillator", {"symbol": "IBM", "indicator": "williams_r"}),
    ("12-day rate of change of MSFT", "oscillator", {"symbol": "MSFT", "indicator": "roc", "window": 12}),
    ("OBV of GE over the last 90 trading days", "on_balance_volume", {"symbol": "GE", "days": 90}),
    ("when do Apple and Microsoft report earnings", "earnings_dates", {"symbols": ["AAPL", "MSFT"]}),
    ("next earnings date of Walmart please", "earnings_dates", {"symbols": ["WMT"]}),
    ("top 5 holdings of QQQ", "fund_holdings", {"symbol": "QQQ", "top": 5}),
    ("Which sector is Boeing in?", "company_profile", {"symbols": ["BA"]}),
    ("What was the total return of GE over the past decade?", "performance",
     {"symbol": "GE", "days": None, "months": 120}),
    ("How has Walmart done this quarter?", "performance",
     {"symbol": "WMT", "days": None, "to_date": "quarter"}),
    ("CAGR of MSFT 2010 - 2020", "performance",
     {"symbol": "MSFT", "days": None, "start": "2010-01-01", "end": "2020-12-31"}),
    ("What was JPM's worst day since 2000?", "performance",
     {"symbol": "JPM", "days": None, "start": "2000-01-01"}),
    ("How did the S&P 500 do in the 1990s?", "performance",
     {"symbol": "^GSPC", "days": None, "start": "1990-01-01", "end": "1999-12-31"}),
    ("How much did BRK.B gain from March to June 2010?", "performance",
     {"symbol": "BRK.B", "days": None, "start": "2010-03-01", "end": "2010-06-30"}),
    ("AT&T vs Verizon, 2010 through 2015", "compare_performance",
     {"symbols": ["T", "VZ"], "days": None, "start": "2010-01-01", "end": "2015-12-31"}),
    ("Did Apple beat the S&P 500 over the last 10 years?", "compare_performance",
     {"symbols": ["AAPL", "^GSPC"], "days": None, "months": 120}),
    ("worst performer in 2008: XOM, CVX or RRC", "compare_performance",
     {"symbols": ["XOM", "CVX", "RRC"], **YEAR_2008, "order": "lowest"}),
    ("compare ko and pep", "compare_performance", {"symbols": ["KO", "PEP"]}),
    ("Compare ZZZZQ and AAPL", "compare_performance", {"symbols": ["ZZZZQ", "AAPL"]}),
    ("Is Apple's stock above its 50-day SMA right now?", "moving_average_level",
     {"symbols": ["AAPL"], "window": 50}),
    ("Was the S&P 500 below its 200DMA on Sep 15, 2008?", "moving_average_level",
     {"symbols": ["^GSPC"], "window": 200, "on": "2008-09-15"}),
    ("which of KO, PEP is above the moving average of 20 days", "moving_average_level",
     {"symbols": ["KO", "PEP"], "window": 20}),
    ("daily prices of AAPL, last 5 trading days", "price_history", {"symbol": "AAPL", "days": 5}),
    ("Show Pfizer's stock price over the past two weeks", "price_history", {"symbol": "PFE", "days": 10}),
    ("What did XOM close at on 30 June 2014?", "price_history",
     {"symbol": "XOM", "days": None, "start": "2014-06-30", "end": "2014-06-30"}),
    ("highest close of RRC in 2008", "price_history", {"symbol": "RRC", **YEAR_2008}),
    ("Please plot Merck since January 2015", "price_history",
     {"symbol": "MRK", "days": None, "start": "2015-01-01"}),
    ("What's NVDA at?", "latest_price", {"symbols": ["NVDA"]}),
    ("price of $ZZZZQ", "latest_price", {"symbols": ["ZZZZQ"]}),
    ("WHAT IS THE CURRENT PRICE OF AAPL", "latest_price", {"symbols": ["AAPL"]}),
    ("How is Johnson & Johnson doing today?", "latest_price", {"symbols": ["JNJ"]}),
    ("top ten most active stocks", "most_actives", {"top": 10}),
    ("What are the top 5 most volatile stocks today?", "volatile_actives", {"top": 5}),
    ("14-day RSI for KO", "rsi", {"symbols": ["KO"], "window": 14}),
    ("Which of KO, PEP and PG has the lowest RSI(21)?", "rsi",
     {"symbols": ["KO", "PEP", "PG"], "window": 21, "order": "lowest"}),
    ("weekly RSI of bitcoin", "rsi", {"symbols": ["BTC/USD"], "timeframe": "1Week"}),
    ("macd of ETH", "macd", {"symbol": "ETH/USD"}),
    ("50-day exponential moving average of AAPL", "exponential_average", {"symbols": ["AAPL"], "window": 50}),
    ("beta of PFE and MRK vs SPY in 2020", "beta_and_alpha",
     {"symbols": ["PFE", "MRK"], "benchmark": "SPY", "days": None, "start": "2020-01-01",
      "end": "2020-12-31"}),
    ("Which of KO and PEP has the highest alpha?", "beta_and_alpha",
     {"symbols": ["KO", "PEP"], "rank_by": "alpha", "order": "highest"}),
    ("Which of KO and PEP has the lowest CVaR?", "value_at_risk",
     {"symbols": ["KO", "PEP"], "rank_by": "cvar", "order": "lowest"}),
    ("99% VaR of KO since 2015", "value_at_risk",
     {"symbols": ["KO"], "confidence": 0.99, "days": None, "start": "2015-01-01"}),
    ("30-day rolling volatility of KO", "rolling_volatility", {"symbol": "KO", "window": 30}),
    ("annual returns of AAPL since 2010", "calendar_returns",
     {"symbol": "AAPL", "by": "year", "days": None, "start": "2010-01-01"}),
    ("Which sector ETF performed best this year?", "compare_performance",
     {"symbols": ["XLK", "XLF", "XLE", "XLV", "XLY", "XLP", "XLI", "XLU", "XLB", "XLRE", "XLC"],
      "days": None, "to_date": "year", "order": "highest"}),
    ("backtest a 20/100 moving average crossover on KO since 2005", "sma_backtest",
     {"symbol": "KO", "short_window": 20, "long_window": 100, "days": None, "start": "2005-01-01"}),
    ("risk parity weights for KO, XOM and JPM", "optimal_weights",
     {"symbols": ["KO", "XOM", "JPM"], "objective": "risk_parity"}),
    ("How did a 70/30 portfolio of KO and XOM do in 2020?", "portfolio_metrics",
     {"symbols": ["KO", "XOM"], "weights": [0.7, 0.3], "days": None, "start": "2020-01-01",
      "end": "2020-12-31"}),
    ("If I had invested $2,500 in KO 5 years ago, what would it be worth today?", "invested_once",
     {"symbol": "KO", "amount": 2500, "months": 60}),
    ("How has bitcoin performed over the past 2 weeks?", "crypto_performance",
     {"symbol": "BTC/USD", "days": 14}),
    ("which of my positions is losing the most", "positions", {"rank_by": "loss"}),
    ("Any news on KO today?", "news", {"symbols": ["KO"], "only_today": True}),
    ("top 3 losers", "movers", {"direction": "losers", "top": 3}),
    ("Show me KO's revenue for the last 8 quarters", "company_figures",
     {"symbols": ["KO"], "items": ["revenue"], "months": 24}),
    ("CVX", "summary", {"symbol": "CVX"}),
    ("exxon mobil", "summary", {"symbol": "XOM"}),
    ("analyze PEP.US", "summary", {"symbol": "PEP"}),
    ("What's going on with bitcoin today?", "summary", {"symbol": "BTC/USD"}),
    ("last trade of GE", "latest_price", {"symbols": ["GE"]}),
    ("quotes for GE and CAT", "latest_price", {"symbols": ["GE", "CAT"]}),
    ("low of ethereum on 7 March 2025", "high_and_low", {"symbol": "ETH/USD", "on": "2025-03-07"}),
    ("highest high of CAT in 2021", "high_and_low",
     {"symbol": "CAT", "days": None, "start": "2021-01-01", "end": "2021-12-31"}),
    ("candles of DIS, last 20 days", "high_and_low", {"symbol": "DIS", "days": 20}),
    ("how far is INTC from its ATH", "all_time_high", {"symbols": ["INTC"]}),
    ("15-min chart of UBER today", "within_the_day", {"symbol": "UBER", "timeframe": "15Min"}),
    ("VWAP of DIS on 2026-11-19", "within_the_day", {"symbol": "DIS", "on": "2026-11-19"}),
    ("gross margins of KO and PEP for the last 8 quarters", "company_figures",
     {"symbols": ["KO", "PEP"], "items": ["gross_margin"], "months": 24}),
    ("annual net income CAGR of CAT from 2018 to 2024", "company_figures",
     {"symbols": ["CAT"], "items": ["net_income"], "by": "year", "rank_by": "growth_a_year",
      "start": "2018-01-01", "end": "2024-12-31"}),
    ("total debt of BA as of 30 June 2024", "company_figures",
     {"symbols": ["BA"], "items": ["total_debt"], "on": "2024-06-30"}),
    ("revenue, net income and free cash flow of DIS", "financial_results", {"symbol": "DIS"}),
    ("MACD, RSI and ADX of ether", "indicators",
     {"symbol": "ETH/USD", "indicators": ["rsi", "macd", "adx"]}),
    ("10-day MFI of UBER", "oscillator", {"symbol": "UBER", "indicator": "mfi", "window": 10}),
    ("Sharpe and Sortino ratios of bitcoin over the last 2 years", "crypto_performance",
     {"symbol": "BTC/USD", "days": None, "months": 24}),
    ("Which of my positions lost the most this month?", "holdings_ranking",
     {"days": None, "to_date": "month", "order": "lowest"}),
    ("which of my positions is the least volatile", "holdings_ranking",
     {"measure": "volatility", "order": "lowest"}),
    ("which of my holdings had the lowest Sharpe ratio this year", "holdings_ranking",
     {"measure": "sharpe", "days": None, "to_date": "year", "order": "lowest"}),
    ("rank my holdings by max drawdown", "holdings_ranking", {"measure": "drawdown", "order": "highest"}),
    ("how many shares of KO do I own", "holding", {"symbol": "KO"}),
    ("headlines on my holdings today", "holdings_news", {"only_today": True}),
    ("news on KO this week", "news", {"symbols": ["KO"], "days": None, "to_date": "week"}),
    ("my filled orders from the last 10 days", "orders", {"status": "filled", "days": 10}),
    ("my portfolio, please", "portfolio_overview", {}),
    ("splits and dividends of JNJ since 2015", "corporate_actions",
     {"symbol": "JNJ", "start": "2015-01-01"}),
    ("Did PEP raise its dividend each year since 2012?", "dividend_raises",
     {"symbol": "PEP", "start": "2012-01-01"}),
    ("Are US markets open on Thanksgiving?", "market_calendar", {"holiday": "thanksgiving"}),
    ("Is the market open on Christmas 2028?", "market_calendar",
     {"holiday": "christmas", "start": "2028-01-01", "end": "2028-12-31"}),
    ("closing price of solana on 2025-06-02", "high_and_low", {"symbol": "SOL/USD", "on": "2025-06-02"}),
    ("How much debt does CAT have?", "company_figures", {"symbols": ["CAT"], "items": ["total_debt"]}),
    ("What is the earnings date of UBER?", "earnings_dates", {"symbols": ["UBER"]}),
    ("top 15 holdings of XLV", "fund_holdings", {"symbol": "XLV", "top": 15}),
    ("Which of UBER and DIS had the highest net income growth in 2024?", "company_figures",
     {"symbols": ["UBER", "DIS"], "items": ["net_income"], "by": "year", "rank_by": "growth",
      "start": "2024-01-01", "end": "2024-12-31", "order": "highest"}),
    ("net debt of DIS", "company_figures", {"symbols": ["DIS"], "items": ["net_debt"]}),
    ("optimise my portfolio for minimum risk", "holdings_weights", {"objective": "min_variance"}),
    ("how much did I lose today", "portfolio_overview", {}),
    ("top 5 most active stocks by volume", "most_actives", {"top": 5, "ranked_by": "volume"}),
    ("the 10 most active stocks by traded volume", "most_actives", {"top": 10, "ranked_by": "volume"}),
    ("open and filled orders", "orders", {"status": "open_or_filled"}),
    ("my filled and open orders this month", "orders",
     {"status": "open_or_filled", "days": None, "to_date": "month"}),
    ("what orders did I place on 2026-11-17", "orders",
     {"days": None, "start": "2026-11-17", "end": "2026-11-17"}),
    ("test an RSI strategy on DIS that buys under 20 and sells over 60", "rsi_backtest",
     {"symbol": "DIS", "oversold": 20, "overbought": 60}),
    ("UBER mean reversion backtest: buy when the RSI drops below 35, exit at 55, since 2020", "rsi_backtest",
     {"symbol": "UBER", "oversold": 35, "overbought": 55, "days": None, "start": "2020-01-01"}),
    ("RSI 20/80 strategy on GE", "rsi_backtest", {"symbol": "GE", "oversold": 20, "overbought": 80}),
    ("backtest GE: buy when the 10-day average crosses above the 30-day one", "sma_backtest",
     {"symbol": "GE", "short_window": 10, "long_window": 30}),
    ("how would 30/70 DIS GE have done in 2021", "portfolio_metrics",
     {"symbols": ["DIS", "GE"], "weights": [0.3, 0.7], "days": None, "start": "2021-01-01",
      "end": "2021-12-31"}),
    ("GE's 40-day volatility, where is it vs its range of the last 3 years", "rolling_volatility",
     {"symbol": "GE", "window": 40, "days": None, "months": 36}),
    ("DIS yearly returns 2019, 2020 and 2021", "calendar_returns",
     {"symbol": "DIS", "by": "year", "days": None, "start": "2019-01-01", "end": "2021-12-31"}),
    ("monthly returns of DIS in Q1 2021 and Q2 2021", "calendar_returns",
     {"symbol": "DIS", "by": "month", "days": None, "start": "2021-01-01", "end": "2021-06-30"}),
    ("Is the market closed on 2027-01-18?", "market_calendar", {"on": "2027-01-18"}),
]  # fmt: skip


@pytest.mark.parametrize(("question", "recipe", "parameters"), ANSWERS, ids=[row[0] for row in ANSWERS])
async def test_a_question_gets_its_recipe_and_its_parameters(
    question: str, recipe: str, parameters: dict[str, Any]
) -> None:
    answer = await ask(question)
    assert isinstance(answer, Draft), answer
    assert recipe_name(answer) == recipe
    assert answer.parameters == parameters


@pytest.mark.parametrize("recipe", LIBRARY.recipes, ids=lambda recipe: recipe.name)
async def test_every_sample_question_is_answered_by_its_own_recipe(recipe: Recipe) -> None:
    for question in recipe.questions:
        answer = await ask(question)
        assert isinstance(answer, Draft), (question, answer)
        assert recipe_name(answer) == recipe.name


async def test_what_was_assumed_is_said() -> None:
    answer = await ask("How volatile is Google?")
    assert isinstance(answer, Draft)
    assert "'Google' was read as GOOGL" in answer.explanation
    assert "the last 252 trading days were taken" in answer.explanation


async def test_days_and_weeks_are_said_to_be_trading_days() -> None:
    days, weeks = await ask("volatility of KO over 30 days"), await ask("volatility of KO over 3 weeks")
    assert isinstance(days, Draft)
    assert isinstance(weeks, Draft)
    assert "days are counted as trading days" in days.explanation
    assert "a week is counted as 5 trading days" in weeks.explanation


async def test_nothing_is_assumed_of_a_question_that_says_everything() -> None:
    answer = await ask("How volatile was KO over the last 30 trading days?")
    assert isinstance(answer, Draft)
    assert "Assumed" not in answer.explanation
    assert 'symbols = ["KO"], days = 30' in answer.explanation


async def test_to_rank_symbols_is_to_compare_them() -> None:
    plain, compared = await ask("volatility of KO and PEP"), await ask("compare the volatility of KO and PEP")
    assert plain == compared
    assert isinstance(plain, Draft)
