"""The commands for option lists: `unyo option`."""

from difflib import get_close_matches
from typing import Annotated, Any

import typer

from unyo.cli.flags import DATABASE, with_settings
from unyo.cli.rows import JsonFlag, show_rows
from unyo.config.settings import Settings
from unyo.storage import administration
from unyo.tickets.field_tables import BY_KEY
from unyo.tickets.option_lists import OPTION_LISTS

from .administering import ServiceArgument, YesFlag, ask, change, check_known, current
from .directory_file.shape import KindName

app = typer.Typer()
option = typer.Typer(
    no_args_is_help=True, help="Option lists of services: list, add, rename, move, retire, restore, delete."
)
app.add_typer(option, name="option")


_KEYS = {BY_KEY[key].wire: key for lists in OPTION_LISTS.values() for key in lists}


def _key_of(wire: str) -> str:
    """Our name of a list; a user writes it as the API does, in whatever case."""
    names = {name.lower(): key for name, key in _KEYS.items()}
    if wire.lower() in names:
        return names[wire.lower()]
    near = get_close_matches(wire.lower(), names, 1)
    hint = f"did you mean {BY_KEY[names[near[0]]].wire}?" if near else f"the lists are {', '.join(_KEYS)}"
    groups = " (management groups: `unyo group`)" if wire == BY_KEY["management_group"].wire else ""
    raise typer.BadParameter(f"there is no option list {wire}; {hint}{groups}")


_KindArgument = Annotated[KindName, typer.Argument(metavar="KIND", help="incident or request.")]
_ListArgument = Annotated[
    str, typer.Argument(metavar="LIST", callback=_key_of, help=f"Parameter of the list: {', '.join(_KEYS)}.")
]
_ValueArgument = Annotated[str, typer.Argument(metavar="VALUE", help="Value of the list, such as 高.")]
_ParentOption = Annotated[
    str, typer.Option("--parent", help="In a dependent list (SubCategory, RequestSubType): under which value.")
]


@option.command("list")
@with_settings(*DATABASE)
def list_(
    settings: Settings,
    service_code: ServiceArgument,
    parameter: Annotated[
        str, typer.Argument(metavar="LIST", callback=lambda wire: wire and _key_of(wire), help="Only this list.")
    ] = "",
    as_json: JsonFlag = False,
) -> None:
    """List the values of a service's option lists in their order, retired ones too.

    In a pipe: a line each, with tabs between kind, list, the value it depends on, position, value and retired.
    """
    services = current(settings).services
    check_known("service code", service_code, services)
    rows: list[dict[str, Any]] = []
    counted: dict[tuple[str, str, str], int] = {}
    for each in services[service_code].values:
        place = counted[each.kind, each.parameter, each.parent] = (
            counted.get((each.kind, each.parameter, each.parent), 0) + 1
        )
        if parameter in {"", each.parameter}:
            rows.append(
                {
                    "kind": each.kind.name.lower(),
                    "list": BY_KEY[each.parameter].wire,
                    "parent": each.parent,
                    "position": place,
                    "value": each.value,
                    "retired": each.retired,
                }
            )
    show_rows(rows, ["kind", "list", "parent", "position", "value", "retired"], as_json=as_json)


@option.command()
@with_settings(*DATABASE)
def add(
    settings: Settings,
    *,
    service_code: ServiceArgument,
    kind: _KindArgument,
    parameter: _ListArgument,
    value: _ValueArgument,
    parent: _ParentOption = "",
    position: Annotated[int | None, typer.Option(min=1, help="Place in the list; the last if absent.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Add a value to a list.

    Examples: unyo option add uom12345678 incident Priority 最高 --position 1

    unyo option add uom12345678 incident SubCategory メモリ --parent HW障害
    """
    change(
        settings,
        lambda admin: administration.add_option(
            admin, service_code, kind.kind, parameter, value, parent=parent, position=position
        ),
        f"Added {value} to {_told(kind, parameter, service_code)}.",
        as_json=as_json,
    )


@option.command()
@with_settings(*DATABASE)
def rename(
    settings: Settings,
    *,
    service_code: ServiceArgument,
    kind: _KindArgument,
    parameter: _ListArgument,
    value: _ValueArgument,
    new_value: Annotated[str, typer.Argument(metavar="NEW_VALUE", help="What is offered in its place.")],
    parent: _ParentOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Offer another value in a value's place, with what depends on it, and retire the old one.

    Tickets keep the old value: they tell what was chosen then.
    """
    change(
        settings,
        lambda admin: administration.rename_option(
            admin, service_code, kind.kind, parameter, value, new_value, parent=parent
        ),
        f"{_told(kind, parameter, service_code)} offers {new_value} in the place of {value} now.",
        as_json=as_json,
    )


@option.command()
@with_settings(*DATABASE)
def move(
    settings: Settings,
    *,
    service_code: ServiceArgument,
    kind: _KindArgument,
    parameter: _ListArgument,
    value: _ValueArgument,
    position: Annotated[
        int, typer.Argument(metavar="POSITION", min=1, help="Place in the list from 1, as `unyo option list` counts.")
    ],
    parent: _ParentOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Put a value at another place in its list."""
    change(
        settings,
        lambda admin: administration.move_option(
            admin, service_code, kind.kind, parameter, value, parent=parent, position=position
        ),
        f"Moved {value} in {_told(kind, parameter, service_code)}.",
        as_json=as_json,
    )


@option.command()
@with_settings(*DATABASE)
def retire(
    settings: Settings,
    *,
    service_code: ServiceArgument,
    kind: _KindArgument,
    parameter: _ListArgument,
    value: _ValueArgument,
    parent: _ParentOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Offer a value no longer; tickets that hold it keep it.

    In a dependent list without --parent it is retired under every value.
    """
    change(
        settings,
        lambda admin: administration.retire_option(admin, service_code, kind.kind, parameter, value, parent or None),
        f"Retired {value} of {_told(kind, parameter, service_code)}.",
        as_json=as_json,
    )


@option.command()
@with_settings(*DATABASE)
def restore(
    settings: Settings,
    *,
    service_code: ServiceArgument,
    kind: _KindArgument,
    parameter: _ListArgument,
    value: _ValueArgument,
    parent: _ParentOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Offer a retired value again. In a dependent list without --parent: under every value."""
    change(
        settings,
        lambda admin: administration.restore_option(admin, service_code, kind.kind, parameter, value, parent or None),
        f"Restored {value} of {_told(kind, parameter, service_code)}.",
        as_json=as_json,
    )


@option.command()
@with_settings(*DATABASE)
def delete(
    settings: Settings,
    *,
    service_code: ServiceArgument,
    kind: _KindArgument,
    parameter: _ListArgument,
    value: _ValueArgument,
    parent: _ParentOption = "",
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Delete a value that no ticket holds and on which no other depends, such as a mistyped one."""
    ask(f"Delete {value} from {_told(kind, parameter, service_code)}?", yes=yes)
    change(
        settings,
        lambda admin: administration.delete_option(admin, service_code, kind.kind, parameter, value, parent=parent),
        f"Deleted {value} from {_told(kind, parameter, service_code)}.",
        as_json=as_json,
    )


def _told(kind: KindName, parameter: str, service_code: str) -> str:
    return f"{BY_KEY[parameter].wire} of {kind} in {service_code}"
