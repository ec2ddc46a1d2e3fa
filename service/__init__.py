"""What every process of ours does the same way: settings, logs, errors over HTTP, listening."""
