"""What may be lost: values with an end, in this process or in Redis, and calls that share a flight."""
