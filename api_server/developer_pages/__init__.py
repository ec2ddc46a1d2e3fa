"""Pages for developers and operators, written on the server: they need no JavaScript."""
