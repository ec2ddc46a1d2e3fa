"""Fundamentals as EODHD sends them: a company, an index and a fund, cut to what tells them apart."""

from typing import Any


def _statement(**items: Any) -> dict[str, Any]:
    return {"currency_symbol": "USD", "filing_date": "2024-11-01", **items}


APPLE: dict[str, Any] = {
    "General": {
        "Code": "AAPL",
        "Type": "Common Stock",
        "Name": "Apple Inc",
        "Exchange": "NASDAQ",
        "CurrencyCode": "USD",
        "CountryName": "USA",
        "ISIN": "US0378331005",
        "FiscalYearEnd": "September",
        "IPODate": "1980-12-12",
        "Sector": "Technology",
        "Industry": "Consumer Electronics",
        "Description": "Apple Inc. designs <b>devices</b>. " + "More. " * 400,
        "FullTimeEmployees": 164000,
        "Officers": {"0": {"Name": "A. Person", "Title": "CEO", "YearBorn": "1961"}},
    },
    "Highlights": {
        "MarketCapitalization": 3_500_000_000_000,
        "EBITDA": 134_660_997_120,
        "PERatio": 37.9,
        "PEGRatio": 2.3,
        "BookValue": 3.767,
        "DividendShare": 0.98,
        "DividendYield": 0.0044,
        "EarningsShare": 6.08,
        "MostRecentQuarter": "2024-09-30",
        "ProfitMargin": 0.2397,
        "OperatingMarginTTM": 0.3117,
        "ReturnOnAssetsTTM": 0.2146,
        "ReturnOnEquityTTM": 1.5741,
        "RevenueTTM": 391_034_994_688,
        "QuarterlyRevenueGrowthYOY": 0.061,
        "GrossProfitTTM": 180_682_997_760,
        "QuarterlyEarningsGrowthYOY": -0.341,
    },
    "Valuation": {
        "TrailingPE": 37.9,
        "ForwardPE": 31.1,
        "PriceSalesTTM": 8.9,
        "PriceBookMRQ": 61.2,
        "EnterpriseValue": 3_560_000_000_000,
        "EnterpriseValueRevenue": 9.1,
        "EnterpriseValueEbitda": "NA",
    },
    "SharesStats": {
        "SharesOutstanding": 15_115_799_552,
        "SharesFloat": None,
        "PercentInsiders": 2.056,
        "PercentInstitutions": 62.25,
        "SharesShort": None,
    },
    "Technicals": {
        "Beta": 1.24,
        "52WeekHigh": 237.49,
        "52WeekLow": 163.6,
        "50DayMA": 228.6,
        "200DayMA": 209.2,
    },
    "AnalystRatings": {"Rating": 4.1, "TargetPrice": 245.0, "StrongBuy": 21, "Buy": 8},
    "Earnings": {
        "History": {
            "2024-12-31": {
                "reportDate": "2025-01-30",
                "date": "2024-12-31",
                "epsActual": None,
                "epsEstimate": 2.3,
            },
            "2024-09-30": {
                "reportDate": "2024-10-31",
                "date": "2024-09-30",
                "epsActual": 1.64,
                "epsEstimate": 1.6,
                "epsDifference": 0.04,
                "surprisePercent": 2.5,
            },
            "2024-06-30": {
                "reportDate": "2024-08-01",
                "date": "2024-06-30",
                "epsActual": 1.4,
                "epsEstimate": 1.35,
                "surprisePercent": 3.7037,
            },
        }
    },
    "Financials": {
        "Income_Statement": {
            "currency_symbol": "USD",
            "yearly": {
                "2023-09-30": _statement(
                    totalRevenue="383285000000.00", netIncome="96995000000.00", ebit=None
                ),
                "2024-09-30": _statement(
                    totalRevenue="391035000000.00", netIncome="93736000000.00", ebit=None
                ),
            },
            "quarterly": {"2024-09-30": _statement(totalRevenue="94930000000.00")},
        },
        "Balance_Sheet": {"yearly": {"2024-09-30": _statement(totalAssets="364980000000.00")}},
        "Cash_Flow": {
            "yearly": {
                "2024-09-30": _statement(capitalExpenditures="-9447000000.00", freeCashFlow="108807000000.00")
            }
        },
    },
}
INDEX: dict[str, Any] = {
    "General": {
        "Code": "GSPC",
        "Type": "INDEX",
        "Name": "S&P 500 Index",
        "Exchange": "INDX",
        "CurrencyCode": "USD",
    },
    "Components": {
        "0": {
            "Code": "XOM",
            "Exchange": "US",
            "Name": "Exxon Mobil Corp",
            "Sector": "Energy",
            "Industry": "Oil & Gas Integrated",
            "Weight": 0.012,
        },
        "1": {
            "Code": "BRK-B",
            "Exchange": "US",
            "Name": "Berkshire Hathaway Inc",
            "Sector": "Financial Services",
            "Industry": "Insurance",
            "Weight": 0.017,
        },
    },
}
FUND: dict[str, Any] = {
    "General": {"Code": "SPY", "Type": "ETF", "Name": "SPDR S&P 500 ETF Trust", "CurrencyCode": "USD"},
    "Technicals": {"Beta": 1.0},
    "ETF_Data": {
        "Holdings": {
            "AAPL.US": {
                "Code": "AAPL",
                "Exchange": "US",
                "Name": "Apple Inc",
                "Sector": "Technology",
                "Assets_%": 7.1,
            },
            "MSFT.US": {"Code": "MSFT", "Exchange": "US", "Name": "Microsoft Corp", "Assets_%": 6.5},
        }
    },
}
FUNDAMENTALS = {"AAPL.US": APPLE, "GSPC.INDX": INDEX, "SPY.US": FUND}
