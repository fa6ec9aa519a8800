"""The commands for service codes: `unyo service`."""

from typing import Annotated

import typer

from unyo.cli.flags import DATABASE, with_settings
from unyo.cli.rows import JsonFlag, show_rows
from unyo.config.settings import Settings
from unyo.storage import administration

from .administering import ServiceArgument, YesFlag, ask, change, current

app = typer.Typer()
service = typer.Typer(no_args_is_help=True, help="Service codes (tenants): list, add, change, disable, enable, delete.")
app.add_typer(service, name="service")
_NAME_HELP = "Name, as people read it."


@service.command("list")
@with_settings(*DATABASE)
def list_(settings: Settings, as_json: JsonFlag = False) -> None:
    """List the service codes. In a pipe: a line each, with tabs between code, name, enabled, groups and members."""
    state = current(settings)
    rows = [
        {
            "service_code": each.code,
            "name": each.name,
            "enabled": each.enabled,
            "groups": each.groups,
            "members": sum(each.code in account.roles for account in state.accounts.values()),
        }
        for each in state.services.values()
    ]
    show_rows(rows, ["service_code", "name", "enabled", "groups", "members"], as_json=as_json)


@service.command()
@with_settings(*DATABASE)
def add(
    settings: Settings,
    code: ServiceArgument,
    name: Annotated[str, typer.Option(help=_NAME_HELP)] = "",
    group: Annotated[list[str] | None, typer.Option(help="A management group; may be repeated.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Add a service code with the initial option lists.

    Example: unyo service add uom12345678 --name 運用センター --group サーバ運用 --group ネットワーク
    """
    change(
        settings,
        lambda admin: administration.add_service(admin, code, name, group or []),
        f"Added the service code {code}. Its members come by `unyo role add {code} …`.",
        as_json=as_json,
    )


@service.command("change")
@with_settings(*DATABASE)
def change_(
    settings: Settings,
    code: ServiceArgument,
    name: Annotated[str, typer.Option(help=_NAME_HELP)],
    as_json: JsonFlag = False,
) -> None:
    """Give a service another name. Its code never changes: tickets belong to it.

    Example: unyo service change uom12345678 --name 第二運用センター
    """
    done = f"The service {code} has the name {name} now." if name else f"The service {code} has no name now."
    change(settings, lambda admin: administration.rename_service(admin, code, name), done, as_json=as_json)


@service.command()
@with_settings(*DATABASE)
def disable(settings: Settings, code: ServiceArgument, as_json: JsonFlag = False) -> None:
    """Serve a service code no longer: within a second it answers as one that does not exist. Nothing is lost."""
    change(
        settings,
        lambda admin: administration.enable_service(admin, code, enabled=False),
        f"Disabled {code}.",
        as_json=as_json,
    )


@service.command()
@with_settings(*DATABASE)
def enable(settings: Settings, code: ServiceArgument, as_json: JsonFlag = False) -> None:
    """Serve a disabled service code again."""
    change(
        settings,
        lambda admin: administration.enable_service(admin, code, enabled=True),
        f"Enabled {code}.",
        as_json=as_json,
    )


@service.command()
@with_settings(*DATABASE)
def delete(settings: Settings, code: ServiceArgument, yes: YesFlag = False, as_json: JsonFlag = False) -> None:
    """Delete a disabled service code that has no ticket, with its roles, groups and option lists."""
    ask(f"Delete the service code {code} with its roles, groups and option lists?", yes=yes)
    change(settings, lambda admin: administration.delete_service(admin, code), f"Deleted {code}.", as_json=as_json)
