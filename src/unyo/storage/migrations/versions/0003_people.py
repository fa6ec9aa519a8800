"""People who sign in: passwords, one-time links, sessions, what they chose, who watches what."""

import sqlalchemy as sa
from alembic import op

from unyo.storage.types import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    op.create_table(
        "attempts",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_last_at"), "attempts", ["last_at"])
    op.create_table(
        "invitations",
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("master_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["master_id"], ["accounts.master_id"], name=op.f("fk_invitations_master_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_invitations")),
    )
    op.create_index(op.f("ix_invitations_master_id"), "invitations", ["master_id"])
    op.create_table(
        "listeners",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("process", name=op.f("pk_listeners")),
    )
    op.create_table(
        "passwords",
        sa.Column("master_id", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["master_id"], ["accounts.master_id"], name=op.f("fk_passwords_master_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("master_id", name=op.f("pk_passwords")),
    )
    op.create_table(
        "preferences",
        sa.Column("master_id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("theme", sa.Text(), server_default="", nullable=False),
        sa.Column("time_zone", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["master_id"], ["accounts.master_id"], name=op.f("fk_preferences_master_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("master_id", name=op.f("pk_preferences")),
    )
    op.create_table(
        "presence",
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("ticket_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("master_id", sa.Text(), nullable=False),
        sa.Column("is_editing", sa.Boolean(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["master_id"], ["accounts.master_id"], name=op.f("fk_presence_master_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["service_code"], ["services.service_code"], name=op.f("fk_presence_service_code"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("service_code", "ticket_number", "master_id", name=op.f("pk_presence")),
    )
    op.create_table(
        "saved_views",
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("master_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["master_id"], ["accounts.master_id"], name=op.f("fk_saved_views_master_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["service_code"], ["services.service_code"], name=op.f("fk_saved_views_service_code"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("service_code", "master_id", "name", name=op.f("pk_saved_views")),
    )
    op.create_table(
        "sessions",
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("master_id", sa.Text(), nullable=False),
        sa.Column("service_code", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("user_agent", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["master_id"], ["accounts.master_id"], name=op.f("fk_sessions_master_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_sessions")),
        sa.UniqueConstraint("number", name=op.f("uq_sessions_number")),
    )
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"])
    op.create_index(op.f("ix_sessions_master_id"), "sessions", ["master_id"])
