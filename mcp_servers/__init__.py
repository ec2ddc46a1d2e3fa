"""Three MCP servers: market data, calculations on it, and checks on scripts."""
