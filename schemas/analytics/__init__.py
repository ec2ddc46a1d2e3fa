"""What the analytics tools answer. Where a figure is null, `reason` says why."""
