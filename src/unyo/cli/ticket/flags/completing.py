"""What a shell offers for a flag's value: fixed choices, and the service's own lists."""

from collections.abc import Callable, Iterable

import typer

from unyo.cli.ticket.values import choices_of
from unyo.tickets.field_tables import BY_KEY
from unyo.tickets.fields import OptionList
from unyo.tickets.model import TicketKind

from .connecting import FLAGS

Completion = Callable[..., list[str]]


def values_of(key: str) -> Completion | None:
    """What completes the flag of a field; None where nothing can be told.

    A list's values come from the server that the command line before it names, or from what is kept of them.
    """
    if choices := choices_of(key):

        def _fixed(incomplete: str) -> list[str]:
            return _starting(choices, incomplete)

        return _fixed
    if isinstance(BY_KEY[key].kind, OptionList):

        def _listed(ctx: typer.Context, incomplete: str) -> list[str]:
            return _starting(_offered(key, ctx), incomplete)

        return _listed
    return None


def _offered(key: str, ctx: typer.Context) -> Iterable[str]:
    from .kept_options import offered  # noqa: PLC0415 - only a shell that asks for them needs the client

    said = {name: value for name in FLAGS if isinstance(value := ctx.params.get(name), str)}
    found = offered(said, ctx.params.get("profile"))
    kind = str(ctx.params.get("kind") or "").upper()
    if kind in TicketKind.__members__:
        found = [each for each in found if each.kind is TicketKind[kind]]
    field = BY_KEY[key].kind
    assert isinstance(field, OptionList)
    parent = ctx.params.get(field.parent) if field.parent else None
    return [
        each.value for each in found if each.field == key and (not isinstance(parent, str) or each.parent == parent)
    ]


def _starting(values: Iterable[str], incomplete: str) -> list[str]:
    return list(dict.fromkeys(value for value in values if value.startswith(incomplete)))
