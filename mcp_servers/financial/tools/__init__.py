"""The tools of the financial server, by subject: what callers ask, checked, then put to the market."""
