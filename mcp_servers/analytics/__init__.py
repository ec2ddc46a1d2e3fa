"""Calculations on numbers that the caller brings."""
