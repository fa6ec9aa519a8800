"""${message}."""

import sqlalchemy as sa
from alembic import op

from unyo.storage.types import UtcDateTime

revision = "${up_revision}"
down_revision = ${'"%s"' % down_revision if down_revision else None}
branch_labels = None
depends_on = None
phase = "expand"  # or "contract": see "Change the tables" in CONTRIBUTING.md


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
