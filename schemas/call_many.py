"""The names of the MCP extension by which one request carries many tool calls."""

IDENTIFIER = "ai.qna/call-many"
METHOD = "ai.qna/tools/callMany"
CALLS_MAX = 64
"""Of one request."""
