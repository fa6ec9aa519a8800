"""Many keys in one parameter, as rows to join with: one statement for groups of every size, found by index."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause
from sqlalchemy.dialects.postgresql import JSONB


def join_keys(dialect: str, *columns: sa.Column[Any]) -> FromClause:
    """The columns' table, joined with the keys that ``pack`` made of the same columns (parameter ``keys``)."""
    keys: sa.BindParameter[str] = sa.bindparam("keys", type_=sa.Text)
    parts: list[ColumnElement[Any]]
    if dialect == "postgresql":
        rows = sa.func.jsonb_array_elements(sa.cast(keys, JSONB)).table_valued(sa.column("value", JSONB), name="k")
        parts = [sa.cast(rows.c.value[place].astext, column.type) for place, column in enumerate(columns)]
    else:
        rows = sa.func.json_each(keys).table_valued("value", name="k")
        parts = [sa.func.json_extract(rows.c.value, f"$[{place}]") for place in range(len(columns))]
    return rows.join(columns[0].table, sa.and_(*(column == part for column, part in zip(columns, parts, strict=True))))


def pack(keys: Iterable[Sequence[str | int]]) -> dict[str, str]:
    """The keys as the statement's parameter."""
    return {"keys": json.dumps(list(keys))}
