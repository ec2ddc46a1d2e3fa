"""What a server ended last, so that the ends it could not tell are found without reading everything."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INDEX = "ix_executions_server_id_completed_at"


def upgrade() -> None:
    """Make the index."""
    op.create_index(INDEX, "executions", ["server_id", "completed_at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index(INDEX, "executions")
