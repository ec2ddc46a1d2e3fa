"""Sessions as a person sees them: their messages, and what the next question can lean on."""
