"""The commands for access keys: `unyo key`."""

from typing import Annotated

import typer

from unyo.bootstrap.clock import system_clock
from unyo.bootstrap.installation import read_keyring
from unyo.cli.errors import plain_errors
from unyo.cli.flags import DATABASE, STORE, with_settings
from unyo.cli.rows import JsonFlag, show_json, show_rows
from unyo.config.settings import Settings
from unyo.storage import administration
from unyo.storage.administration import Admin

from .administering import AccountArgument, YesFlag, ask, change, check_known, current, opened
from .author import os_author

app = typer.Typer()
key = typer.Typer(no_args_is_help=True, help="Access keys: list, add, change, disable, enable, delete.")
app.add_typer(key, name="key")

_KeyArgument = Annotated[str, typer.Argument(metavar="ACCESS_KEY", help="Access key, 20 letters and digits.")]
_LABEL_HELP = "A note by which people know the key, such as where it is used."


@key.command("list")
@with_settings(*DATABASE)
def list_(
    settings: Settings,
    master_id: Annotated[str, typer.Argument(metavar="MASTER_ID", help="Only this account's.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """List the access keys, never a secret. In a pipe: a line each, with tabs between key, account, label and so on."""
    accounts = current(settings).accounts
    if master_id:
        check_known("account", master_id, accounts)
    rows = [
        {
            "access_key": each.access_key,
            "master_id": each.master_id,
            "label": each.label,
            "enabled": each.enabled,
            "created_at": each.created_at,
        }
        for account in accounts.values()
        for each in account.keys
        if master_id in {"", account.master_id}
    ]
    show_rows(rows, ["access_key", "master_id", "label", "enabled", "created_at"], as_json=as_json)


@key.command()
@with_settings(*STORE)
def add(
    settings: Settings,
    master_id: AccountArgument,
    label: Annotated[str, typer.Option(help=_LABEL_HELP)] = "",
    as_json: JsonFlag = False,
) -> None:
    """Make an access key for an account, five at the most. Its secret is shown this once, with --json too.

    Example: unyo key add SA1234567 --label "監視サーバ"
    """
    new = administration.make_key()
    with plain_errors():
        keyring = read_keyring(settings)
    with opened(settings) as engines, engines.writing.begin() as connection:
        administration.check_key(connection, keyring)
        administration.add_key(Admin(connection, os_author(), system_clock()), keyring, master_id, new, label)
    if as_json:
        show_json({"access_key": new.access_key, "secret_key": new.secret_key, "master_id": master_id, "label": label})
        return
    typer.echo(f"Access key    {new.access_key}")
    typer.echo(f"Secret key    {new.secret_key}")
    typer.echo("\nThe secret key is shown this once: keep it now.")


@key.command("change")
@with_settings(*DATABASE)
def change_(
    settings: Settings,
    access_key: _KeyArgument,
    label: Annotated[str, typer.Option(help=_LABEL_HELP)],
    as_json: JsonFlag = False,
) -> None:
    """Give an access key another label."""
    change(
        settings,
        lambda admin: administration.label_key(admin, access_key, label),
        f"The access key {access_key} has another label now.",
        as_json=as_json,
    )


@key.command()
@with_settings(*DATABASE)
def disable(settings: Settings, access_key: _KeyArgument, as_json: JsonFlag = False) -> None:
    """Let a key open nothing any more: within a second it answers as one that does not exist."""
    change(
        settings,
        lambda admin: administration.enable_key(admin, access_key, enabled=False),
        f"Disabled {access_key}.",
        as_json=as_json,
    )


@key.command()
@with_settings(*DATABASE)
def enable(settings: Settings, access_key: _KeyArgument, as_json: JsonFlag = False) -> None:
    """Let a disabled key open its account again."""
    change(
        settings,
        lambda admin: administration.enable_key(admin, access_key, enabled=True),
        f"Enabled {access_key}.",
        as_json=as_json,
    )


@key.command()
@with_settings(*DATABASE)
def delete(settings: Settings, access_key: _KeyArgument, yes: YesFlag = False, as_json: JsonFlag = False) -> None:
    """Delete an access key. It can never be restored."""
    ask(f"Delete the access key {access_key}? It can never be restored.", yes=yes)
    change(
        settings, lambda admin: administration.delete_key(admin, access_key), f"Deleted {access_key}.", as_json=as_json
    )
