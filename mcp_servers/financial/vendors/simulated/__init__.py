"""The offline vendor in its `simulated` form: a whole market that follows from one seed."""
