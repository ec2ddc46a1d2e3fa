"""Settings of the database."""

from pathlib import Path

from pydantic import Field, SecretStr

from service.settings import ServiceSettings


class StorageSettings(ServiceSettings):
    """Where sessions and executions are kept."""

    database_url: SecretStr | None = Field(
        default=None,
        description="postgresql://user:password@host/name, after `qna migrate`; unset: an SQLite file.",
    )
    database_pool_size: int = Field(
        default=10, ge=1, le=200, description="Connections to the database that are kept open."
    )
    database_timeout_seconds: float = Field(
        default=5, gt=0, le=60, description="How long connecting, or one query, may take."
    )

    tape_size_max_mb: int = Field(
        default=64,
        ge=1,
        le=1024,
        description="Data of one execution that is kept; one with more cannot be replayed, and says so.",
    )
    enable_audit_logging: bool = Field(
        default=True, description="Whether the audit log is kept: who asked, ran, judged and deleted what."
    )

    @property
    def database_file(self) -> Path:
        """The SQLite file that is used without `database_url`."""
        return self.qna_data_dir / "qna.db"
