"""The command line: the roof, which may import every other part."""
