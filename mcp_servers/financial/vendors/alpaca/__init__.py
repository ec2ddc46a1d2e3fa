"""Alpaca: prices, news, screens, the market's hours, and one account that is only looked at."""
