"""In which groups a ticket's fields are shown, as on the vendor's portal."""

from dataclasses import dataclass
from typing import Final

from unyo.tickets.fields import FieldTable, Row, Text
from unyo.tickets.model import Section

# What the vendor's page calls 障害情報; it calls all else of the same section 分類.
_OF_THE_FAULT: Final = frozenset({"detected_at", "recovered_at", "node_name", "event_id", "detection_message"})


@dataclass(frozen=True, slots=True)
class Group:
    """A group: its name in the tables' language, the section whose fields it shows, and which of them.

    ``is_of_the_fault`` says whether those that tell of the fault; None for all of the section.
    """

    title: str
    section: Section
    is_of_the_fault: bool | None = None

    def rows(self, table: FieldTable) -> tuple[Row, ...]:
        """The rows of a table that stand in this group."""
        return tuple(
            row
            for row in table.rows
            if row.parameter.section is self.section
            and isinstance(row.kind, Text)
            and self.is_of_the_fault in {None, row.key in _OF_THE_FAULT}
        )


GROUPS: Final = (
    Group("基本情報", Section.STATE),
    Group("分類", Section.SUMMARY, is_of_the_fault=False),
    Group("障害情報", Section.SUMMARY, is_of_the_fault=True),
    Group("依頼情報", Section.DETAIL),
    Group("対応状況", Section.CORRESPOND),
)
