"""Market data in one neutral form, from whichever vendor is configured."""
