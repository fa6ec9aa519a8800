"""The shape of a database's tables, and what of it a server of the release before would miss or stumble over."""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

Shape = Mapping[str, Mapping[str, Any]]


def shape(connection: Connection) -> Shape:
    """Every table with its columns, keys, constraints and indexes, in a form that can be compared."""
    inspector = sa.inspect(connection)
    return {
        table: {
            "columns": {column["name"]: _column(column) for column in inspector.get_columns(table)},
            "key": inspector.get_pk_constraint(table),
            "foreign keys": sorted(inspector.get_foreign_keys(table), key=repr),
            "unique": sorted(inspector.get_unique_constraints(table), key=repr),
            "checks": sorted(inspector.get_check_constraints(table), key=repr),
            "indexes": sorted(inspector.get_indexes(table), key=repr),
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def sequences(connection: Connection) -> list[str]:
    return sa.inspect(connection).get_sequence_names() if connection.dialect.name == "postgresql" else []


def narrowings(before: Shape, after: Shape) -> Iterator[str]:
    """What was taken away or made stricter in tables that were there before; a server that knew them may fail on it."""
    for table in before:
        if table not in after:
            yield f"the table {table} is gone"
            continue
        yield from _narrowed_columns(table, before[table]["columns"], after[table]["columns"])
        yield from _new_rules(table, before[table], after[table])


def _narrowed_columns(table: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name, column in before.items():
        if name not in after:
            yield f"the column {table}.{name} is gone"
        elif column != after[name]:
            yield f"the column {table}.{name} is another"
    for name in after.keys() - before.keys():
        if not (after[name]["is nullable"] or after[name]["default"]):
            yield f"the column {table}.{name} must be given"


def _new_rules(table: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    if before["key"] != after["key"]:
        yield f"the key of {table} is another"
    for kind in ("foreign keys", "unique", "checks"):
        for rule in after[kind]:
            if rule not in before[kind]:
                yield f"{table} has a rule more: {rule['name']}"
    for index in after["indexes"]:
        if index["unique"] and index not in before["indexes"]:
            yield f"{table} has a rule more: {index['name']}"


def _column(column: Any) -> dict[str, Any]:
    # The default as the database writes it, its type's cast aside.
    default = str(column["default"] or "").partition("::")[0]
    return {"type": str(column["type"]), "is nullable": column["nullable"], "default": default}
