"""The rules of the jail as data, and the one analyser that applies them to source text."""
