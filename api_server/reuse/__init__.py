"""Whether a question was answered before, or its script can answer it with other parameters."""
