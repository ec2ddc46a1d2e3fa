"""Checks on a script before it runs."""
