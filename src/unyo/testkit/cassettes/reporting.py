"""The report of a comparison: a summary by rule, then each difference; for people and for programs."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from unyo.tickets.dates import JAPAN

from .form import Call, Cassette
from .replaying import Result
from .rules import Rule
from .signatures import Signatures

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a cassette."""

    name: str
    cassette: Cassette
    results: Sequence[Result]

    @property
    def differing(self) -> list[Result]:
        """The calls that unyo answers otherwise."""
        return [each for each in self.results if each.differences]

    @property
    def not_replayed(self) -> list[Result]:
        """The calls that could not be compared."""
        return [each for each in self.results if each.not_replayed]

    @property
    def remarks(self) -> list[str]:
        """What the recording leaves open, and what is taken for it."""
        return Signatures(self.cassette.calls).remarks

    @property
    def by_rule(self) -> dict[Rule, int]:
        """How many differences each rule has, in the rules' order."""
        counts = Counter(each.rule for result in self.results for each in result.differences)
        return {rule: counts[rule] for rule in Rule if counts[rule]}

    @property
    def summary(self) -> str:
        """The figures in one line."""
        replayed = len(self.results) - len(self.not_replayed)
        return (
            f"{self.name}: {len(self.results)} calls, {replayed} replayed: {replayed - len(self.differing)} the same, "
            f"{len(self.differing)} differ; {len(self.not_replayed)} not replayed"
        )


def as_json(report: Report) -> str:
    """The report for programs."""
    found = {
        "cassette": report.name,
        "endpoint": report.cassette.endpoint,
        "calls": len(report.results),
        "replayed": len(report.results) - len(report.not_replayed),
        "differing": len(report.differing),
        "by_rule": {rule.called: count for rule, count in report.by_rule.items()},
        "differences": [
            {**_about(result.call), **_difference(each), "note": result.note}
            for result in report.differing
            for each in result.differences
        ],
        "not_replayed": [{**_about(each.call), "reason": each.not_replayed} for each in report.not_replayed],
        "remarks": report.remarks,
    }
    return json.dumps(found, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace").decode()


def _about(call: Call) -> dict[str, Any]:
    return {
        "call": call.number,
        "line": call.line,
        "time": call.at.isoformat(),
        "action": call.action,
        "ticket": _ticket(call),
    }


def _ticket(call: Call) -> str:
    ticket = call.asked.get("TicketId", "")
    return ticket if isinstance(ticket, str) else ""


def _difference(each: Any) -> dict[str, Any]:
    return {
        "rule": each.rule.called,
        "section": each.rule.section,
        "where": each.where,
        "recorded": each.recorded,
        "unyo": each.unyo,
    }


def show(console: Console, report: Report) -> None:
    """The report for people."""
    console.print(Text(report.summary, "bold"))
    if report.by_rule:
        console.print(_rules(report))
    for result in report.results:
        if result.differences:
            console.print(Group(*_of_call(result)))
    if report.not_replayed:
        console.print(Text("\nNot replayed", "bold"))
        for each in report.not_replayed:
            console.print(
                Text(f"  call {each.call.number}  {_what(each.call)}: {printable(each.not_replayed)}"), soft_wrap=True
            )
    if report.remarks:
        console.print(Text("\nNot known", "bold"))
        for remark in report.remarks:
            console.print(Text(f"  {printable(remark)}"), soft_wrap=True)


def _rules(report: Report) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("rule", style="bold yellow", no_wrap=True)
    table.add_column("differences", justify="right")
    table.add_column("what the contract says (section)")
    for rule, count in report.by_rule.items():
        table.add_row(rule.called, str(count), f"{rule.says} ({rule.section})")
    return table


def _of_call(result: Result) -> Iterator[RenderableType]:
    call = result.call
    time = f"{call.at.astimezone(JAPAN):%H:%M:%S}"
    yield Text.assemble(
        "\n", (f"call {call.number}", "bold"), f"  {time}  ", (_what(call), "bold"), (f"  line {call.line}", "dim")
    )
    if result.note:
        yield Text(f"  ({result.note})", "dim")
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold yellow", no_wrap=True)
    table.add_column(style="cyan")
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    for each in result.differences:
        table.add_row(
            f"  {each.rule.called}", Text(printable(each.where)), "recorded", Text(_text(each.recorded), "red")
        )
        table.add_row("", "", "unyo", Text(_text(each.unyo), "green"))
    yield table


def _what(call: Call) -> str:
    return printable(f"{call.action or f'{call.method} {call.path}'} {_ticket(call)}".rstrip())


def _text(value: Any) -> str:
    text = printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    if not text:
        return "(empty)"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def printable(text: str) -> str:
    """A text on one line, with whatever a terminal would obey written escaped."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
