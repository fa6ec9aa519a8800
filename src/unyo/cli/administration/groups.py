"""The commands for management groups: `unyo group`."""

from typing import Annotated

import typer

from unyo.cli.flags import DATABASE, with_settings
from unyo.cli.rows import JsonFlag, show_rows
from unyo.config.settings import Settings
from unyo.storage import administration

from .administering import AccountArgument, ServiceArgument, YesFlag, ask, change, check_known, current

app = typer.Typer()
group = typer.Typer(
    no_args_is_help=True, help="Management groups of services: list, add, rename, move, join, leave, delete."
)
app.add_typer(group, name="group")

_GroupArgument = Annotated[str, typer.Argument(metavar="GROUP", help="Management group, such as サーバ運用.")]


@group.command("list")
@with_settings(*DATABASE)
def list_(
    settings: Settings,
    service_code: Annotated[str, typer.Argument(metavar="SERVICE", help="Only this service's.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """List the management groups in their order. In a pipe: a line each, with tabs between service, group, members."""
    state = current(settings)
    if service_code:
        check_known("service code", service_code, state.services)
    rows = [
        {
            "service_code": each.code,
            "group": name,
            "members": [
                account.master_id
                for account in state.accounts.values()
                if each.code in account.roles and name in account.roles[each.code].groups
            ],
        }
        for each in state.services.values()
        for name in each.groups
        if service_code in {"", each.code}
    ]
    show_rows(rows, ["service_code", "group", "members"], as_json=as_json)


@group.command()
@with_settings(*DATABASE)
def add(
    settings: Settings,
    service_code: ServiceArgument,
    name: _GroupArgument,
    position: Annotated[int | None, typer.Option(min=1, help="Place in the list; the last if absent.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Add a management group to a service.

    Example: unyo group add uom12345678 サーバ運用 --position 1
    """
    change(
        settings,
        lambda admin: administration.add_group(admin, service_code, name, position),
        f"Added the group {name} to {service_code}.",
        as_json=as_json,
    )


@group.command()
@with_settings(*DATABASE)
def rename(
    settings: Settings,
    service_code: ServiceArgument,
    name: _GroupArgument,
    new_name: Annotated[str, typer.Argument(metavar="NEW_NAME", help="Its name from now on.")],
    as_json: JsonFlag = False,
) -> None:
    """Give a group that no ticket is in another name; it keeps its place and its members."""
    change(
        settings,
        lambda admin: administration.rename_group(admin, service_code, name, new_name),
        f"The group {name} of {service_code} is {new_name} now.",
        as_json=as_json,
    )


@group.command()
@with_settings(*DATABASE)
def move(
    settings: Settings,
    service_code: ServiceArgument,
    name: _GroupArgument,
    position: Annotated[int, typer.Argument(metavar="POSITION", min=1, help="Place in the list, from 1.")],
    as_json: JsonFlag = False,
) -> None:
    """Put a group at another place in the list."""
    change(
        settings,
        lambda admin: administration.move_group(admin, service_code, name, position),
        f"Moved the group {name} of {service_code}.",
        as_json=as_json,
    )


@group.command()
@with_settings(*DATABASE)
def join(
    settings: Settings,
    service_code: ServiceArgument,
    name: _GroupArgument,
    master_id: AccountArgument,
    as_json: JsonFlag = False,
) -> None:
    """Let a member of the service belong to a group.

    Who belongs to groups sees their tickets and unrestricted ones only; who belongs to none sees all.
    """
    change(
        settings,
        lambda admin: administration.join_group(admin, service_code, name, master_id),
        f"{master_id} belongs to {name} in {service_code} now.",
        as_json=as_json,
    )


@group.command()
@with_settings(*DATABASE)
def leave(
    settings: Settings,
    service_code: ServiceArgument,
    name: _GroupArgument,
    master_id: AccountArgument,
    as_json: JsonFlag = False,
) -> None:
    """Let a member belong to a group no more. Who leaves the last one sees all tickets of the service."""
    change(
        settings,
        lambda admin: administration.leave_group(admin, service_code, name, master_id),
        f"{master_id} does not belong to {name} in {service_code} any more.",
        as_json=as_json,
    )


@group.command()
@with_settings(*DATABASE)
def delete(
    settings: Settings,
    service_code: ServiceArgument,
    name: _GroupArgument,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Delete a group that no ticket is in. Its members belong to it no more; who then belongs to none sees all."""
    ask(f"Delete the group {name} of {service_code}?", yes=yes)
    change(
        settings,
        lambda admin: administration.delete_group(admin, service_code, name),
        f"Deleted the group {name} of {service_code}.",
        as_json=as_json,
    )
