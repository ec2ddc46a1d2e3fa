"""EODHD: daily bars, delayed quotes, news, and what companies are, earn and pay out."""
