"""In which groups a ticket's fields are shown, as on the vendor's portal."""

from dataclasses import dataclass
from typing import Final

from unyo.tickets.fields import FieldTable, Row, Text
from unyo.tickets.model import Section

_CLASSES: Final = frozenset(
    {
        "importance",
        "urgency",
        "management_group",
        "request_type",
        "request_subtype",
        "category",
        "subcategory",
    }
)


@dataclass(frozen=True, slots=True)
class Group:
    """A group: its name in the tables' language, the section whose fields it shows, and which of them.

    ``classes`` says whether those that sort tickets; None for all of the section.
    """

    title: str
    section: Section
    classes: bool | None = None

    def rows(self, table: FieldTable) -> tuple[Row, ...]:
        """The rows of a table that stand in this group."""
        return tuple(
            row
            for row in table.rows
            if row.parameter.section is self.section
            and isinstance(row.kind, Text)
            and self.classes in {None, row.key in _CLASSES}
        )


GROUPS: Final = (
    Group("基本情報", Section.STATE),
    Group("分類", Section.SUMMARY, classes=True),
    Group("障害情報", Section.SUMMARY, classes=False),
    Group("依頼情報", Section.DETAIL),
    Group("対応状況", Section.CORRESPOND),
)
