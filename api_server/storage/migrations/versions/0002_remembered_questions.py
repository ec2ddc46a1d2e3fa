"""Answered questions by their meaning, so that the same one is found at once however many there are."""

from alembic import op
from sqlalchemy import Column, ForeignKey, Index, String

from api_server.storage.columns import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID_LENGTH_MAX = 160
TABLE = "remembered_questions"
SCRIPTS = "ix_executions_user_id_script_sha256"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        TABLE,
        Column(
            "execution_id",
            String(ID_LENGTH_MAX),
            ForeignKey("executions.id", ondelete="CASCADE", name=f"fk_{TABLE}_execution_id_executions"),
            primary_key=True,
        ),
        Column(
            "user_id",
            String(ID_LENGTH_MAX),
            ForeignKey("users.id", ondelete="CASCADE", name=f"fk_{TABLE}_user_id_users"),
            nullable=False,
        ),
        Column("meaning_key", String(64), nullable=False),
        Column("masked_key", String(64), nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        Index(f"ix_{TABLE}_user_id_meaning_key_created_at", "user_id", "meaning_key", "created_at"),
        Index(f"ix_{TABLE}_user_id_masked_key_created_at", "user_id", "masked_key", "created_at"),
    )
    op.create_index(SCRIPTS, "executions", ["user_id", "script_sha256"])


def downgrade() -> None:
    """Forget them."""
    op.drop_index(SCRIPTS, "executions")
    op.drop_table(TABLE)
