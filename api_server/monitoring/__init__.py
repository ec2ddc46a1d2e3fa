"""Figures for an operator, of one span of time."""
