"""The API server: asks, understands, obtains a script, has it run, presents the answer."""
