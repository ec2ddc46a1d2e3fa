"""The connections to the MCP servers. Credentials and sockets live here, never in the jail."""
