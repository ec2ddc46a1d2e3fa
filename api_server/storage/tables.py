"""Every table. The first six are the entities of the design with its fields and indexes; the rest serve them.

Rows that belong to a session or an execution go with it (ON DELETE CASCADE); the audit log stays.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

from api_server.storage.columns import Json, PlainText, UtcDateTime

ID_LENGTH_MAX = 160
"""Ids of ours have 37 characters; those that clients and token issuers choose may be longer."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id(name: str = "id", *, is_key: bool = False, is_optional: bool = False) -> Column[str]:
    return Column(name, String(ID_LENGTH_MAX), primary_key=is_key, nullable=is_optional)


def _belongs_to(name: str, target: str, *, is_key: bool = False) -> Column[str]:
    key = ForeignKey(target, ondelete="CASCADE")
    return Column(name, String(ID_LENGTH_MAX), key, primary_key=is_key, nullable=False)


users = Table(
    "users",
    metadata,
    _id(is_key=True),
    Column("email", String(320), unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("metadata", Json, nullable=False),
)

chat_sessions = Table(
    "chat_sessions",
    metadata,
    _id(is_key=True),
    _belongs_to("user_id", "users.id"),
    Column("title", PlainText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("metadata", Json, nullable=False),
    Column("is_pinned", Boolean, nullable=False),
    Column("event_count", Integer, nullable=False, server_default="0"),
    Column("deleted_at", UtcDateTime),
    Index(None, "user_id", "is_pinned", "updated_at"),
    Index(None, "deleted_at"),
)

chat_messages = Table(
    "chat_messages",
    metadata,
    _id(is_key=True),
    _belongs_to("session_id", "chat_sessions.id"),
    Column("role", String(16), nullable=False),
    Column("content", PlainText, nullable=False),
    Column("metadata", Json, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("execution_id", String(ID_LENGTH_MAX), ForeignKey("executions.id", ondelete="CASCADE")),
    Index(None, "session_id", "created_at"),
    Index(None, "execution_id"),
)

executions = Table(
    "executions",
    metadata,
    _id(is_key=True),
    _belongs_to("user_id", "users.id"),
    _belongs_to("session_id", "chat_sessions.id"),
    Column("question", PlainText, nullable=False),
    Column("generated_script", PlainText),
    Column("status", String(16), nullable=False),
    Column("result", Json),
    Column("error", PlainText),
    Column("execution_time_ms", Float),
    Column("started_at", UtcDateTime),
    Column("completed_at", UtcDateTime),
    Column("mcp_calls", Json, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # Beyond the design: where it stands in its family of runs, and who works on it.
    Column("kind", String(16), nullable=False),
    _id("parent_id", is_optional=True),
    _id("root_id"),
    _id("reused_from", is_optional=True),
    _id("server_id", is_optional=True),
    Column("request_digest", String(64), nullable=False),
    # What was understood, and what was written.
    Column("title", PlainText, nullable=False),
    Column("is_pinned", Boolean, nullable=False),
    Column("expanded_question", PlainText, nullable=False),
    Column("expansion_confidence", Float),
    Column("meaning", Json),
    Column("script_sha256", String(64)),
    Column("explanation", PlainText, nullable=False),
    Column("parameters", Json, nullable=False),
    Column("parameter_schema", Json, nullable=False),
    Column("model", String(200), nullable=False),
    # What became of it, and whether it may be believed.
    Column("outcome", String(32)),
    Column("error_code", String(64)),
    Column("report", Json),
    Column("warnings", Json, nullable=False),
    Column("usage", Json),
    Column("cost_usd", Float),
    Column("trust", String(16), nullable=False),
    Column("feedback", PlainText),
    Column("metadata", Json, nullable=False),
    Column("fresh_until", UtcDateTime),
    Column("deleted_at", UtcDateTime),
    Index(None, "user_id", "created_at"),
    Index(None, "session_id", "created_at"),
    Index(None, "status"),
    Index(None, "root_id", "created_at"),
    Index(None, "deleted_at"),
    Index(None, "user_id", "script_sha256"),
    Index(None, "server_id", "completed_at"),
)

remembered_questions = Table(
    "remembered_questions",
    metadata,
    _belongs_to("execution_id", "executions.id", is_key=True),
    _belongs_to("user_id", "users.id"),
    Column("meaning_key", String(64), nullable=False),
    Column("masked_key", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "user_id", "meaning_key", "created_at"),
    Index(None, "user_id", "masked_key", "created_at"),
)

audit_logs = Table(
    "audit_logs",
    metadata,
    _id(is_key=True),
    _id("user_id", is_optional=True),
    Column("action", String(64), nullable=False),
    Column("resource_type", String(32), nullable=False),
    _id("resource_id", is_optional=True),
    Column("changes", Json, nullable=False),
    Column("ip_address", String(64), nullable=False),
    Column("user_agent", PlainText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "user_id", "created_at"),
    Index(None, "action"),
)

execution_caches = Table(
    "execution_caches",
    metadata,
    _id(is_key=True),
    Column("question_hash", String(64), nullable=False),
    _belongs_to("user_id", "users.id"),
    Column("result", Json),
    _belongs_to("execution_id", "executions.id"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("hit_count", Integer, nullable=False),
    Index(None, "question_hash", "expires_at"),
    Index(None, "expires_at"),
    Index(None, "execution_id"),
)

execution_attempts = Table(
    "execution_attempts",
    metadata,
    _belongs_to("execution_id", "executions.id", is_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("python_code", PlainText, nullable=False),
    Column("findings", Json, nullable=False),
    Column("outcome", String(32)),
    Column("problem", PlainText, nullable=False),
    Column("model", String(200), nullable=False),
    Column("usage", Json),
    Column("duration_ms", Float, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

execution_events = Table(
    "execution_events",
    metadata,
    _belongs_to("execution_id", "executions.id", is_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    _id("session_id"),
    Column("session_sequence", Integer, nullable=False),
    _id("user_id"),
    Column("type", String(32), nullable=False),
    Column("data", Json, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "session_id", "session_sequence"),
)

execution_tapes = Table(
    "execution_tapes",
    metadata,
    _belongs_to("execution_id", "executions.id", is_key=True),
    Column("header", LargeBinary, nullable=False),
    Column("not_replayable_reason", PlainText),
    Column("created_at", UtcDateTime, nullable=False),
)

tape_blobs = Table(
    "tape_blobs",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("size", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

tape_blob_uses = Table(
    "tape_blob_uses",
    metadata,
    _belongs_to("execution_id", "execution_tapes.execution_id", is_key=True),
    Column("digest", String(64), ForeignKey("tape_blobs.digest"), primary_key=True),
    Index(None, "digest"),
)

api_keys = Table(
    "api_keys",
    metadata,
    _id(is_key=True),
    _belongs_to("user_id", "users.id"),
    Column("name", PlainText, nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("is_administrator", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)

api_servers = Table(
    "api_servers",
    metadata,
    _id(is_key=True),
    Column("machine", String(128), nullable=False),
    Column("process_id", Integer, nullable=False),
    Column("process_started", String(32), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)
