"""The wire models every process shares. The ground floor: imports nothing of ours."""
