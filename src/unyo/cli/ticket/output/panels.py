"""A ticket on a terminal: its sections as panels, its memos as a timeline, its lock dates dim."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rich.box import ROUNDED
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from unyo.cli.showing import make_console
from unyo.cli.ticket.values import shown
from unyo.client import Memo, Ticket
from unyo.tickets.field_tables import BY_KEY, SECTION_LABELS
from unyo.tickets.model import SECTIONS, Section

from .colours import style_of
from .records import lock_dates

_KINDS: Final = {"incident": "インシデント", "request": "リクエスト"}


def show_ticket(ticket: Ticket) -> None:
    """Show it, in the terminal's width."""
    console = make_console()
    kind = _KINDS[ticket.kind.name.lower()]
    console.print(
        Text.assemble((ticket.ticket_id, "bold cyan"), " ", (kind, "dim"), "  ", (shown(ticket.title), "bold"))
    )
    for section in SECTIONS[ticket.kind]:
        rows = _values(ticket, section)
        memos = ticket.memos if section is Section.CORRESPOND else ()
        if rows.row_count or memos:
            parts: list[RenderableType] = [rows] if rows.row_count else []
            parts += [Text()] if parts and memos else []
            console.print(_panel(ticket, section, Group(*parts, *_timeline(memos))))
    if ticket.more:
        table = _grid()
        for wire, value in ticket.more.items():
            table.add_row(Text(shown(wire), "dim"), Text(), Text(shown(value)))
        console.print(Panel(table, title=Text("more", "dim"), title_align="left", box=ROUNDED, border_style="dim"))


def _panel(ticket: Ticket, section: Section, content: Group) -> Panel:
    lock = lock_dates(ticket)
    dates = [
        f"{word} {shown(date)}"
        for word, key in (("登録", section.inserted), ("更新", section.updated))
        if (date := lock.get(key))
    ]
    return Panel(
        content,
        title=Text(SECTION_LABELS[section], "bold"),
        title_align="left",
        subtitle=Text(" · ".join(dates), "dim"),
        subtitle_align="right",
        box=ROUNDED,
        border_style="blue",
    )


def _values(ticket: Ticket, section: Section) -> Table:
    """What is set in a section: our name, the label, the value."""
    table = _grid()
    for name, value in ticket.values.items():
        if BY_KEY[name].section is not section or value in {None, ""}:
            continue
        text = Text(shown(value), style_of(name, value))
        if name == "assignee" and ticket.assignee_name:
            text.append(f" {shown(ticket.assignee_name)}", "bold")
        table.add_row(Text(name), Text(BY_KEY[name].label, "dim"), text)
    return table


def _grid() -> Table:
    table = Table.grid(padding=(0, 2))
    for _ in range(2):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table


@dataclass(frozen=True)
class _Barred:
    """A text with the timeline's bar before each of its lines, folded ones too."""

    text: Text
    bar: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.text.wrap(console, options.max_width - self.bar.cell_len, overflow="fold"):
            yield self.bar + line


def _timeline(memos: tuple[Memo, ...]) -> Iterator[RenderableType]:
    for memo in memos:
        is_last = memo is memos[-1]
        head = Text.assemble(("● ", "cyan"), (f"{memo.number}", "bold"), f"  {shown(memo.inserted)}  {memo.author}")
        if memo.updated:
            head.append(f"  (edited {shown(memo.updated)})", "dim")
        yield head
        yield _Barred(Text(shown(memo.text)), Text("  " if is_last else "│ ", "cyan"))
