"""What can be disabled, labels of access keys, and the audit trail. A release before it goes on running beside them."""

import sqlalchemy as sa
from alembic import op

from unyo.storage.types import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit")),
    )
    op.add_column("access_keys", sa.Column("label", sa.Text(), server_default="", nullable=False))
    # sa.false() is what each of the databases calls it; the generator knows SQLite's word only.
    for table in ("access_keys", "accounts", "services"):
        op.add_column(table, sa.Column("is_disabled", sa.Boolean(), server_default=sa.false(), nullable=False))
