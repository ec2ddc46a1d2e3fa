"""What must not be lost: users, sessions, messages, executions, tapes, keys and the audit log, in SQL."""
