"""Market data in one neutral form, whichever vendor it came from. Fractions are of 1, times in UTC."""
