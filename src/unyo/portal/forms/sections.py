"""In which groups a ticket's fields are shown, as on the vendor's portal."""

from dataclasses import dataclass
from typing import Final

from unyo.tickets.fields import FieldTable, Row, Text
from unyo.tickets.model import Section

# What the vendor's page calls 障害情報; it calls all else of the same section 分類.
_OF_THE_FAULT: Final = frozenset({"detected_at", "recovered_at", "node_name", "event_id", "detection_message"})


@dataclass(frozen=True, slots=True)
class Group:
    """A group: its name in the tables' language, and the section whose fields it shows.

    ``only`` names those that it shows where it does not show all (our names), ``without`` those that another one shows.
    """

    title: str
    section: Section
    only: frozenset[str] | None = None
    without: frozenset[str] = frozenset()

    def rows(self, table: FieldTable) -> tuple[Row, ...]:
        """The rows of a table that stand in this group."""
        return tuple(
            row
            for row in table.rows
            if row.parameter.section is self.section
            and isinstance(row.kind, Text)
            and (self.only is None or row.key in self.only)
            and row.key not in self.without
        )


GROUPS: Final = (
    Group("基本情報", Section.STATE),
    Group("分類", Section.SUMMARY, without=_OF_THE_FAULT),
    Group("障害情報", Section.SUMMARY, only=_OF_THE_FAULT),
    Group("依頼情報", Section.DETAIL),
    Group("対応状況", Section.CORRESPOND),
)
