"""The tables of the first release."""

import sqlalchemy as sa
from alembic import op

from unyo.storage.types import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("master_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("master_id", name=op.f("pk_accounts")),
    )
    op.create_table(
        "calls",
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("access_key", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("body_digest", sa.LargeBinary(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("service_code", "access_key", "call_id", name=op.f("pk_calls")),
    )
    op.create_index(op.f("ix_calls_at"), "calls", ["at"], unique=False)
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("directory_version", sa.BigInteger(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("key_check", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "services",
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("service_code", name=op.f("pk_services")),
    )
    op.create_table(
        "ticket_counter",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_ticket_counter_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_counter")),
    )
    op.create_table(
        "tickets",
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("last_memo", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("substate", sa.Text(), server_default="", nullable=False),
        sa.Column("priority", sa.Text(), server_default="", nullable=False),
        sa.Column("supported_group", sa.Text(), server_default="", nullable=False),
        sa.Column("assignee", sa.Text(), server_default="", nullable=False),
        sa.Column("limit_date", UtcDateTime(), nullable=True),
        sa.Column("approver", sa.Text(), server_default="", nullable=False),
        sa.Column("importance", sa.Text(), server_default="", nullable=False),
        sa.Column("urgency", sa.Text(), server_default="", nullable=False),
        sa.Column("management_group", sa.Text(), server_default="", nullable=False),
        sa.Column("request_type", sa.Text(), server_default="", nullable=False),
        sa.Column("request_subtype", sa.Text(), server_default="", nullable=False),
        sa.Column("category", sa.Text(), server_default="", nullable=False),
        sa.Column("subcategory", sa.Text(), server_default="", nullable=False),
        sa.Column("related_system", sa.Text(), server_default="", nullable=False),
        sa.Column("related_ci", sa.Text(), server_default="", nullable=False),
        sa.Column("impact", sa.Text(), server_default="", nullable=False),
        sa.Column("influence", sa.Text(), server_default="", nullable=False),
        sa.Column("cause_class", sa.Text(), server_default="", nullable=False),
        sa.Column("cause", sa.Text(), server_default="", nullable=False),
        sa.Column("detected_at", UtcDateTime(), nullable=True),
        sa.Column("recovered_at", UtcDateTime(), nullable=True),
        sa.Column("node_name", sa.Text(), server_default="", nullable=False),
        sa.Column("event_id", sa.Text(), server_default="", nullable=False),
        sa.Column("detection_message", sa.Text(), server_default="", nullable=False),
        sa.Column("requester", sa.Text(), server_default="", nullable=False),
        sa.Column("requester_name", sa.Text(), server_default="", nullable=False),
        sa.Column("requester_department", sa.Text(), server_default="", nullable=False),
        sa.Column("requester_contact", sa.Text(), server_default="", nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=True),
        sa.Column("accept_way", sa.Text(), server_default="", nullable=False),
        sa.Column("request_contents", sa.Text(), server_default="", nullable=False),
        sa.Column("respond_way", sa.Text(), server_default="", nullable=False),
        sa.Column("respond_contents", sa.Text(), server_default="", nullable=False),
        sa.Column("work_started_at", UtcDateTime(), nullable=True),
        sa.Column("work_finished_at", UtcDateTime(), nullable=True),
        sa.Column("state_inserted", UtcDateTime(), nullable=True),
        sa.Column("state_updated", UtcDateTime(), nullable=True),
        sa.Column("summary_inserted", UtcDateTime(), nullable=True),
        sa.Column("summary_updated", UtcDateTime(), nullable=True),
        sa.Column("correspond_inserted", UtcDateTime(), nullable=True),
        sa.Column("correspond_updated", UtcDateTime(), nullable=True),
        sa.Column("detail_inserted", UtcDateTime(), nullable=True),
        sa.Column("detail_updated", UtcDateTime(), nullable=True),
        sa.Column("last_update", UtcDateTime(), nullable=False),
        sa.Column("search_text", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("service_code", "number", name=op.f("pk_tickets")),
    )
    op.create_index(
        op.f("ix_tickets_service_code_last_update_number"),
        "tickets",
        ["service_code", "last_update", "number"],
        unique=False,
    )
    op.create_table(
        "access_keys",
        sa.Column("access_key", sa.Text(), nullable=False),
        sa.Column("master_id", sa.Text(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["master_id"], ["accounts.master_id"], name=op.f("fk_access_keys_master_id")),
        sa.PrimaryKeyConstraint("access_key", name=op.f("pk_access_keys")),
    )
    op.create_index(op.f("ix_access_keys_master_id"), "access_keys", ["master_id"], unique=False)
    op.create_table(
        "history",
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("ticket_number", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("master_id", sa.Text(), nullable=False),
        sa.Column("access_key", sa.Text(), server_default="", nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_code", "ticket_number"],
            ["tickets.service_code", "tickets.number"],
            name=op.f("fk_history_service_code_ticket_number"),
        ),
        sa.PrimaryKeyConstraint("service_code", "ticket_number", "version", name=op.f("pk_history")),
        sa.UniqueConstraint("service_code", "request_id", name=op.f("uq_history_service_code_request_id")),
    )
    op.create_table(
        "management_groups",
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_code"], ["services.service_code"], name=op.f("fk_management_groups_service_code")
        ),
        sa.PrimaryKeyConstraint("service_code", "name", name=op.f("pk_management_groups")),
    )
    op.create_table(
        "memberships",
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("master_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("may_approve", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["master_id"], ["accounts.master_id"], name=op.f("fk_memberships_master_id")),
        sa.ForeignKeyConstraint(["service_code"], ["services.service_code"], name=op.f("fk_memberships_service_code")),
        sa.PrimaryKeyConstraint("service_code", "master_id", name=op.f("pk_memberships")),
    )
    op.create_table(
        "memos",
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("ticket_number", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("inserted", UtcDateTime(), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=True),
        sa.Column("search_text", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["service_code", "ticket_number"],
            ["tickets.service_code", "tickets.number"],
            name=op.f("fk_memos_service_code_ticket_number"),
        ),
        sa.PrimaryKeyConstraint("service_code", "ticket_number", "number", name=op.f("pk_memos")),
    )
    op.create_table(
        "options",
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parameter", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), server_default="", nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["service_code"], ["services.service_code"], name=op.f("fk_options_service_code")),
        sa.PrimaryKeyConstraint("service_code", "kind", "parameter", "parent", "value", name=op.f("pk_options")),
    )
    op.create_table(
        "group_members",
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("group_name", sa.Text(), nullable=False),
        sa.Column("master_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_code", "group_name"],
            ["management_groups.service_code", "management_groups.name"],
            name=op.f("fk_group_members_service_code_group_name"),
        ),
        sa.ForeignKeyConstraint(
            ["service_code", "master_id"],
            ["memberships.service_code", "memberships.master_id"],
            name=op.f("fk_group_members_service_code_master_id"),
        ),
        sa.PrimaryKeyConstraint("service_code", "group_name", "master_id", name=op.f("pk_group_members")),
    )
    op.execute("INSERT INTO ticket_counter (id, last) VALUES (1, 0)")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.schema.CreateSequence(sa.Sequence("ticket_numbers")))
