"""Texts found again by meaning. What is found is a proposal: exact facts decide, elsewhere."""
