"""What a question means in its conversation: follow-ups, meaning, assumptions. Asks no model."""
