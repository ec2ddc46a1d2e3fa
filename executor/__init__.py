"""The execution server: checks a script, runs it in the jail, answers its tool calls, records the run."""
