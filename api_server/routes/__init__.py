"""Addresses of the API server, one file for each noun."""
