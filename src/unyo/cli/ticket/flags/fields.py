"""Field flags: one for each field of the parameter tables, with label, limit, choices and who requires it."""

import sys
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from unyo.cli.ticket.judging import FIELDS, WrongValue, limit, read_value
from unyo.cli.ticket.values import flag_of
from unyo.tickets.field_tables import MEMO_TEXT, REGISTRATION_OF, SECTION_LABELS, UPDATE_OF
from unyo.tickets.fields import Account, Choice, Date, OptionList, Parameter, Text, Use
from unyo.tickets.model import TicketKind, Value

from .adding import Flag, taking
from .completing import values_of

STANDARD_INPUT: Final = "-"
# Texts that may be longer than this are worth a file.
_SHORT: Final = 256
_ALL: Final = tuple(TicketKind)

MemoFlag = Annotated[
    list[str] | None,
    typer.Option(
        "--memo",
        metavar="TEXT",
        help=f"Add a memo (≤ {MEMO_TEXT.kind.maximum} characters; @FILE or - reads it); may be given several times.",
    ),
]


def with_fields(*, registers: bool) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command a flag for every field; it is called with ``fields``, which holds those that were given."""
    uses = REGISTRATION_OF if registers else UPDATE_OF
    flags = {name: _flag(parameter, uses) for name, parameter in FIELDS.items()}

    def _decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def _run(**given: Any) -> None:
            written = {name: text for name in flags if (text := given.pop(name)) is not None}
            command(fields=read_values(written), **given)

        return taking(_run, command, "fields", flags)

    return _decorate


def read_values(written: Mapping[str, str]) -> dict[str, Value]:
    """The values of what was written on the command line.

    Raises:
        typer.BadParameter: a date is none, or a file cannot be read.
    """
    found: dict[str, Value] = {}
    for name, text in written.items():
        try:
            found[name] = read_value(name, read_text(text) if _is_long(FIELDS[name]) else text)
        except WrongValue as error:
            raise typer.BadParameter(str(error), param_hint=flag_of(name)) from None
    return found


def read_text(written: str) -> str:
    """A long text: ``@FILE`` and ``-`` are read, ``@@`` begins a text with one @; the last line feed is left out.

    Raises:
        typer.BadParameter: the file cannot be read, or holds no UTF-8.
    """
    if written.startswith("@@"):
        return written[1:]
    if written != STANDARD_INPUT and not written.startswith("@"):
        return written
    name = written[1:] or STANDARD_INPUT if written != STANDARD_INPUT else written
    try:
        data = sys.stdin.buffer.read() if name == STANDARD_INPUT else Path(name).read_bytes()
        return data.decode("utf-8-sig").replace("\r\n", "\n").removesuffix("\n")
    except OSError as error:
        raise typer.BadParameter(f"{name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{name} is no text in UTF-8") from None


def describe(parameter: Parameter, uses: Mapping[TicketKind, Use]) -> str:
    """A field's label, limit, choices, and which kinds take it or require it."""
    kinds = [kind for kind in _ALL if uses[kind] in parameter.marks]
    required = [kind for kind in kinds if parameter.marks[uses[kind]].must_be_there]
    notes = [_what(parameter, uses, kinds), "both kinds" if len(kinds) == len(_ALL) else f"{_names(kinds)} only"]
    if required and uses is REGISTRATION_OF:
        notes.append("required" if required == kinds else f"required for {_names(required)}")
    return f"{parameter.label} ({'; '.join(notes)})"


def describe_in(parameter: Parameter, kind: TicketKind) -> str:
    """The same of a field in one kind of tickets, where it may be changed."""
    return f"{parameter.label} ({_what(parameter, UPDATE_OF, [kind]).replace(', @FILE or - reads it', '')})"


def _names(kinds: list[TicketKind]) -> str:
    return " and ".join(kind.name.lower() for kind in kinds)


def _what(parameter: Parameter, uses: Mapping[TicketKind, Use], kinds: list[TicketKind]) -> str:
    kind = parameter.kind
    if isinstance(kind, Date):
        return "a date: 2026-11-26, 2026-11-26 18:00, ISO 8601; +09:00 where none is said"
    assert isinstance(kind, Text)
    if isinstance(kind, Choice):
        by_kind = {each: " | ".join(_choices(parameter, uses[each])) for each in kinds}
        if len(set(by_kind.values())) == 1:
            return by_kind[kinds[0]]
        return "; ".join(f"{_names([each])}: {choices}" for each, choices in by_kind.items())
    more = ", @FILE or - reads it" if _is_long(parameter) else ""
    if isinstance(kind, OptionList):
        more = f", a value of the service's list{f' under {flag_of(kind.parent)}' if kind.parent else ''}"
    if isinstance(kind, Account):
        more = ", a master ID"
    return limit(kind) + more


def _choices(parameter: Parameter, use: Use) -> tuple[str, ...]:
    kind = parameter.kind_in(use)
    assert isinstance(kind, Choice)
    return kind.choices


def _is_long(parameter: Parameter) -> bool:
    return type(parameter.kind) is Text and parameter.kind.maximum > _SHORT


def _flag(parameter: Parameter, uses: Mapping[TicketKind, Use]) -> Flag:
    assert parameter.section
    option = typer.Option(
        flag_of(parameter.key),
        help=describe(parameter, uses),
        metavar="DATE" if isinstance(parameter.kind, Date) else "TEXT",
        rich_help_panel=f"{parameter.section.value} ({SECTION_LABELS[parameter.section]})",
        autocompletion=values_of(parameter.key),
        show_default=False,
    )
    return str | None, None, option
