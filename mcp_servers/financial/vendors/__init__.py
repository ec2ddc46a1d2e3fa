"""One file per source of market data, behind one protocol."""
