"""What a server ended last, and which results are over, found without reading everything."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ENDED = "ix_executions_server_id_completed_at"
OVER = "ix_execution_caches_expires_at"


def upgrade() -> None:
    """Make the indexes."""
    op.create_index(ENDED, "executions", ["server_id", "completed_at"])
    op.create_index(OVER, "execution_caches", ["expires_at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index(OVER, "execution_caches")
    op.drop_index(ENDED, "executions")
