"""The tables. A ticket's columns are derived from the parameter tables: a new row there is a new column here."""

from datetime import datetime

import sqlalchemy as sa

from unyo.tickets.field_tables import LOCK_FIELDS, VALUE_FIELDS
from unyo.tickets.fields import Date, Parameter

from .types import UtcDateTime

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())


def _value_column(field: Parameter) -> sa.Column[str] | sa.Column[datetime]:
    """A date is NULL where unset, a text is ``''``; so that a new field fits the rows that exist."""
    return sa.Column(field.key, UtcDateTime) if isinstance(field.kind, Date) else _text(field.key)


# What is administered. Accounts, keys and memberships are global; a change moves `directory_version`.

installation = sa.Table(
    "installation",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("directory_version", sa.BigInteger, nullable=False),
    sa.Column("is_demo", sa.Boolean, nullable=False),
    # A known text under the key that encrypts the secrets, to tell a wrong key at start.
    sa.Column("key_check", sa.LargeBinary, nullable=False),
    sa.CheckConstraint("id = 1", name="one_row"),
)

services = sa.Table(
    "services",
    metadata,
    sa.Column("service_code", sa.Text, primary_key=True),
    _text("name"),
    _flag("is_disabled"),
)

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("master_id", sa.Text, primary_key=True),
    _text("name"),
    _flag("is_disabled"),
)

memberships = sa.Table(
    "memberships",
    metadata,
    sa.Column("service_code", sa.ForeignKey("services.service_code"), primary_key=True),
    sa.Column("master_id", sa.ForeignKey("accounts.master_id"), primary_key=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("may_approve", sa.Boolean, nullable=False),
)

management_groups = sa.Table(
    "management_groups",
    metadata,
    sa.Column("service_code", sa.ForeignKey("services.service_code"), primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
)

group_members = sa.Table(
    "group_members",
    metadata,
    sa.Column("service_code", sa.Text, primary_key=True),
    sa.Column("group_name", sa.Text, primary_key=True),
    sa.Column("master_id", sa.Text, primary_key=True),
    sa.ForeignKeyConstraint(
        ["service_code", "group_name"], ["management_groups.service_code", "management_groups.name"]
    ),
    sa.ForeignKeyConstraint(["service_code", "master_id"], ["memberships.service_code", "memberships.master_id"]),
)

access_keys = sa.Table(
    "access_keys",
    metadata,
    sa.Column("access_key", sa.Text, primary_key=True),
    sa.Column("master_id", sa.ForeignKey("accounts.master_id"), nullable=False, index=True),
    sa.Column("sealed_secret", sa.LargeBinary, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    _text("label"),
    _flag("is_disabled"),
)

options = sa.Table(
    "options",
    metadata,
    sa.Column("service_code", sa.ForeignKey("services.service_code"), primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("parameter", sa.Text, primary_key=True),
    sa.Column("parent", sa.Text, primary_key=True, server_default=""),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("is_retired", sa.Boolean, nullable=False),
)

# Who administered what, numbered without gaps. Rows are only ever added, and refer to nothing, so that they outlive it.
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("door", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("object", sa.Text, nullable=False),
    # {"before": …, "after": …} as JSON, null where there was or is nothing; never a secret.
    sa.Column("details", sa.Text, nullable=False),
)

# Tickets. The service code is the first column of every key, so that they can be spread by it.

tickets = sa.Table(
    "tickets",
    metadata,
    sa.Column("service_code", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("last_memo", sa.Integer, nullable=False),
    *(_value_column(field) for field in VALUE_FIELDS),
    *(sa.Column(field.key, UtcDateTime) for field in LOCK_FIELDS),
    # Derived, for the list: the latest lock date, and the text that words are looked for in.
    sa.Column("last_update", UtcDateTime, nullable=False),
    _text("search_text"),
    sa.Index(None, "service_code", "last_update", "number"),
)

memos = sa.Table(
    "memos",
    metadata,
    sa.Column("service_code", sa.Text, primary_key=True),
    sa.Column("ticket_number", sa.BigInteger, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("inserted", UtcDateTime, nullable=False),
    sa.Column("updated", UtcDateTime),
    _text("search_text"),
    sa.ForeignKeyConstraint(["service_code", "ticket_number"], ["tickets.service_code", "tickets.number"]),
)

history = sa.Table(
    "history",
    metadata,
    sa.Column("service_code", sa.Text, primary_key=True),
    sa.Column("ticket_number", sa.BigInteger, primary_key=True),
    sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("master_id", sa.Text, nullable=False),
    _text("access_key"),
    sa.Column("request_id", sa.Text, nullable=False),
    sa.Column("door", sa.Text, nullable=False),
    # [[our name of the field, before, after], …] as JSON; a date is ISO 8601 in UTC.
    sa.Column("changes", sa.Text, nullable=False),
    sa.ForeignKeyConstraint(["service_code", "ticket_number"], ["tickets.service_code", "tickets.number"]),
    sa.UniqueConstraint("service_code", "request_id"),
)

calls = sa.Table(
    "calls",
    metadata,
    sa.Column("service_code", sa.Text, primary_key=True),
    sa.Column("access_key", sa.Text, primary_key=True),
    sa.Column("call_id", sa.Text, primary_key=True),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("body_digest", sa.LargeBinary, nullable=False),
    sa.Column("request_id", sa.Text, nullable=False),
    sa.Column("ticket_id", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
)

# People who sign in. What hangs on an account or a service goes with it, whichever release deletes that.


def _account(*, primary_key: bool = False, index: bool = False) -> sa.Column[str]:
    hangs = sa.ForeignKey("accounts.master_id", ondelete="CASCADE")
    return sa.Column("master_id", hangs, primary_key=primary_key, nullable=False, index=index)


def _service() -> sa.Column[str]:
    return sa.Column("service_code", sa.ForeignKey("services.service_code", ondelete="CASCADE"), primary_key=True)


passwords = sa.Table(
    "passwords",
    metadata,
    _account(primary_key=True),
    # Argon2id in its encoded form, which names its parameters.
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)

# One-time links; of their tokens, as of the sessions', only SHA-256 digests are kept.
invitations = sa.Table(
    "invitations",
    metadata,
    sa.Column("token_digest", sa.LargeBinary, primary_key=True),
    _account(index=True),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_digest", sa.LargeBinary, primary_key=True),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    _account(index=True),
    # The one that is worked in, if one is chosen; it may be gone meanwhile.
    _text("service_code"),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("seen_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
    _text("address"),
    _text("user_agent"),
)

# Failures to sign in, in a row: of an account (one that is not there, too), from an address, in a browser.
attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_at", UtcDateTime, nullable=False, index=True),
)

preferences = sa.Table(
    "preferences",
    metadata,
    _account(primary_key=True),
    _text("language"),
    _text("theme"),
    _text("time_zone"),
)

saved_views = sa.Table(
    "saved_views",
    metadata,
    _service(),
    _account(primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("query", sa.Text, nullable=False),
)

# Who has which ticket open. It refers to no ticket: that would wait for whoever is writing the ticket.
presence = sa.Table(
    "presence",
    metadata,
    _service(),
    sa.Column("ticket_number", sa.BigInteger, primary_key=True, autoincrement=False),
    _account(primary_key=True),
    sa.Column("is_editing", sa.Boolean, nullable=False),
    sa.Column("seen_at", UtcDateTime, nullable=False),
)

# PostgreSQL: the processes that listen for changes, each for a while; the writers tell of changes only while there are.
listeners = sa.Table(
    "listeners",
    metadata,
    sa.Column("process", sa.Text, primary_key=True),
    sa.Column("until", UtcDateTime, nullable=False),
)

# Ticket numbers come from one counter: this row on SQLite, the sequence on PostgreSQL, where drawing a
# number must not make the nodes wait for each other.
ticket_counter = sa.Table(
    "ticket_counter",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("last", sa.BigInteger, nullable=False),
    sa.CheckConstraint("id = 1", name="one_row"),
)
ticket_numbers = sa.Sequence("ticket_numbers", metadata=metadata)
