"""The commands for accounts: `unyo account`."""

from collections.abc import Callable
from typing import Annotated

import typer
from pydantic import SecretStr

from unyo.bootstrap.clock import system_clock
from unyo.cli.flags import DATABASE, with_settings
from unyo.cli.rows import JsonFlag, show_json, show_rows
from unyo.config.settings import Settings
from unyo.services.people import INVITED_FOR, link_of, make_token
from unyo.storage import administration
from unyo.storage.administration import Admin
from unyo.tickets.dates import JAPAN

from .administering import AccountArgument, YesFlag, ask, change, current, opened
from .author import os_author

# What one-time links are made with: how browsers reach the server, else its port.
_PORTAL = (*DATABASE, "portal_url")

app = typer.Typer()
account = typer.Typer(
    no_args_is_help=True,
    help="Accounts (master IDs): list, add, change, disable, enable, delete; who may sign in to the portal.",
)
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
    """Add an account. Then give it a role (`unyo role add`) and a key (`unyo key add`) or link (`unyo account invite`).

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
    """Change an account's name. Its master ID never changes, since histories name it."""
    done = f"The account {master_id} has the name {name} now." if name else f"The account {master_id} has no name now."
    change(settings, lambda admin: administration.rename_account(admin, master_id, name), done, as_json=as_json)


@account.command()
@with_settings(*DATABASE)
def disable(settings: Settings, master_id: AccountArgument, as_json: JsonFlag = False) -> None:
    """Disable an account: within a second its keys stop working, and it has no role in any service.

    Whoever is signed in to it is signed out at once.

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
    """Enable a disabled account: it has its roles and keys again."""
    change(
        settings,
        lambda admin: administration.enable_account(admin, master_id, enabled=True),
        f"Enabled {master_id}.",
        as_json=as_json,
    )


@account.command()
@with_settings(*DATABASE)
def delete(settings: Settings, master_id: AccountArgument, yes: YesFlag = False, as_json: JsonFlag = False) -> None:
    """Delete an account that no ticket names, with its roles, access keys and password."""
    ask(f"Delete the account {master_id} with its roles and access keys?", yes=yes)
    change(
        settings,
        lambda admin: administration.delete_account(admin, master_id),
        f"Deleted {master_id}.",
        as_json=as_json,
    )


@account.command()
@with_settings(*_PORTAL)
def invite(settings: Settings, master_id: AccountArgument, as_json: JsonFlag = False) -> None:
    """Make a one-time link with which the account's owner sets a password and signs in to the portal.

    It works for 72 hours, and is shown only this once, with --json too; an earlier link stops working.

    Example: unyo account invite SA1234567 --portal-url https://desk.example
    """
    _show_link(settings, master_id, administration.invite, as_json=as_json)


@account.command("reset-password")
@with_settings(*_PORTAL)
def reset_password(
    settings: Settings, master_id: AccountArgument, yes: YesFlag = False, as_json: JsonFlag = False
) -> None:
    """Delete an account's password, end its sessions, and make a one-time link with which its owner sets another."""
    ask(f"Take the password of {master_id} away, and end its sessions?", yes=yes)
    _show_link(settings, master_id, administration.reset_password, as_json=as_json)


@account.command("disable-password")
@with_settings(*DATABASE)
def disable_password(
    settings: Settings, master_id: AccountArgument, yes: YesFlag = False, as_json: JsonFlag = False
) -> None:
    """Stop sign-in to an account: its password, sessions and one-time links are deleted. Access keys stay."""
    ask(f"Take the password of {master_id} away, and end its sessions?", yes=yes)
    change(
        settings,
        lambda admin: administration.disable_password(admin, master_id),
        f"Nobody can sign in as {master_id} now; `unyo account invite {master_id}` makes it possible again.",
        as_json=as_json,
    )


@account.command("sign-out")
@with_settings(*DATABASE)
def sign_out(settings: Settings, master_id: AccountArgument, as_json: JsonFlag = False) -> None:
    """End an account's sessions in all browsers at once. Its password stays."""
    change(
        settings,
        lambda admin: administration.sign_out(admin, master_id),
        f"Signed {master_id} out everywhere.",
        as_json=as_json,
    )


def _show_link(
    settings: Settings, master_id: str, make: Callable[[Admin, str, SecretStr], None], *, as_json: bool
) -> None:
    """Make a one-time link, and show it alone on a line, however long that is."""
    token = make_token()
    with opened(settings) as engines, engines.writing.begin() as connection:
        admin = Admin(connection, os_author(), system_clock())
        make(admin, master_id, token)
    link = link_of(settings.browsers_come_to, token).get_secret_value()
    until = admin.now + INVITED_FOR
    if as_json:
        show_json({"master_id": master_id, "link": link, "until": until})
        return
    typer.echo(f"One-time link for {master_id}, good until {until.astimezone(JAPAN):%Y-%m-%d %H:%M} in Japan:\n")
    typer.echo(link)
    typer.echo("\nIt is shown this once. Give it to the account's owner only: whoever opens it sets the password.")
