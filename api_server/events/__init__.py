"""What happens to executions, told in order to whoever follows, on whichever API server they are."""
