"""The commands for accounts: `unyo account`."""

from typing import Annotated

import typer

from unyo.config.settings import Settings
from unyo.storage import administration

from .administering import AccountArgument, YesFlag, ask, change, current
from .flags import DATABASE, with_settings
from .rows import JsonFlag, show_rows

app = typer.Typer()
account = typer.Typer(no_args_is_help=True, help="Accounts (master IDs): list, add, change, disable, enable, delete.")
app.add_typer(account, name="account")


@account.command("list")
@with_settings(*DATABASE)
def list_(settings: Settings, as_json: JsonFlag = False) -> None:
    """List the accounts. In a pipe: a line each, with tabs between master ID, name, enabled, services and keys."""
    rows = [
        {
            "master_id": each.master_id,
            "name": each.name,
            "enabled": each.enabled,
            "services": [*each.roles],
            "keys": len(each.keys),
        }
        for each in current(settings).accounts.values()
    ]
    show_rows(rows, ["master_id", "name", "enabled", "services", "keys"], as_json=as_json)


@account.command()
@with_settings(*DATABASE)
def add(
    settings: Settings,
    master_id: AccountArgument,
    name: Annotated[str, typer.Option(help="Name, as people read it; tickets show it.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Add an account. It may do nothing yet: `unyo role add` and `unyo key add` come next.

    Example: unyo account add SA1234567 --name "山田 太郎"
    """
    change(
        settings,
        lambda admin: administration.add_account(admin, master_id, name),
        f"Added the account {master_id}.",
        as_json=as_json,
    )


@account.command("change")
@with_settings(*DATABASE)
def change_(
    settings: Settings,
    master_id: AccountArgument,
    name: Annotated[str, typer.Option(help="Name; tickets and histories show it from now on.")],
    as_json: JsonFlag = False,
) -> None:
    """Give an account another name. Its master ID never changes: histories tell of it."""
    done = f"The account {master_id} has the name {name} now." if name else f"The account {master_id} has no name now."
    change(settings, lambda admin: administration.rename_account(admin, master_id, name), done, as_json=as_json)


@account.command()
@with_settings(*DATABASE)
def disable(settings: Settings, master_id: AccountArgument, as_json: JsonFlag = False) -> None:
    """Let an account do nothing any more: within a second its keys open nothing, and it is a member of nothing.

    Its roles and keys are kept for `unyo account enable`; tickets and histories go on showing its name.
    """
    change(
        settings,
        lambda admin: administration.enable_account(admin, master_id, enabled=False),
        f"Disabled {master_id}.",
        as_json=as_json,
    )


@account.command()
@with_settings(*DATABASE)
def enable(settings: Settings, master_id: AccountArgument, as_json: JsonFlag = False) -> None:
    """Give a disabled account its roles and keys back."""
    change(
        settings,
        lambda admin: administration.enable_account(admin, master_id, enabled=True),
        f"Enabled {master_id}.",
        as_json=as_json,
    )


@account.command()
@with_settings(*DATABASE)
def delete(settings: Settings, master_id: AccountArgument, yes: YesFlag = False, as_json: JsonFlag = False) -> None:
    """Delete an account that never took part in a ticket, with its roles and access keys."""
    ask(f"Delete the account {master_id} with its roles and access keys?", yes=yes)
    change(
        settings,
        lambda admin: administration.delete_account(admin, master_id),
        f"Deleted {master_id}.",
        as_json=as_json,
    )
