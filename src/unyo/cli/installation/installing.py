"""The command that makes an installation: init."""

from contextlib import ExitStack
from typing import Annotated

import typer

from unyo.bootstrap.clock import system_clock
from unyo.cli.administration.author import os_author
from unyo.cli.errors import plain_errors
from unyo.cli.flags import STORE, with_settings
from unyo.config.settings import Settings
from unyo.storage import administration, migrations
from unyo.storage.administration import Admin, NewKey
from unyo.storage.engine import Engines, open_engines, parse_url
from unyo.storage.errors import storage_errors
from unyo.storage.keyring import Keyring, read_or_make_key
from unyo.tickets.directory import Role

app = typer.Typer()


@app.command()
@with_settings(*STORE)
def init(
    settings: Settings,
    service_code: Annotated[str, typer.Option(prompt=True, help="First service code (tenant), such as uom12345678.")],
    master_id: Annotated[str, typer.Option(prompt=True, help="First account's master ID, such as SA1234567.")],
    name: Annotated[str, typer.Option(help="The account's name, as people read it.")] = "",
    group: Annotated[list[str] | None, typer.Option(help="A management group of the service; may be repeated.")] = None,
) -> None:
    """Make a new installation: tables, key file, first service code, account and access key.

    The account is 特権ユーザ with approval right. The access key's secret is made at random and shown once.
    What a failure leaves behind, another try completes.
    """
    for what, value in (("service code", service_code), ("master ID", master_id)):
        if not administration.is_code(value):
            raise typer.BadParameter(f"a {what} is 1 to 15 letters and digits")
    with plain_errors(), ExitStack() as stack:
        engines = open_engines(parse_url(settings.database))
        stack.callback(engines.dispose)
        migrations.migrate(engines.writing)
        keyring = _new_keyring(engines, settings)
        key = administration.make_key()
        with storage_errors("making the installation"), engines.writing.begin() as connection:
            admin = Admin(connection, os_author(), system_clock())
            administration.claim_installation(admin, keyring, demo=False)
            administration.add_service(admin, service_code, groups=group or [])
            administration.add_account(admin, master_id, name)
            administration.add_member(admin, service_code, master_id, Role.OWNER, may_approve=True)
            administration.add_key(admin, keyring, master_id, key)
    _tell(service_code, master_id, key, settings)
    database = f"--database {engines.url.render_as_string(hide_password=True)}"
    typer.echo(f"Next: unyo serve {database}")
    typer.echo(f"To sign in to the portal: unyo account invite {master_id} {database}")


def _new_keyring(engines: Engines, settings: Settings) -> Keyring:
    """The key of a new installation; nothing is made where there is one already."""
    with storage_errors("reading the installation"), engines.reading.begin() as connection:
        administration.check_is_new(connection)
    if settings.secret_key is not None:
        return Keyring(settings.secret_key.get_secret_value())
    return Keyring(read_or_make_key(settings.secret_key_file))


def _tell(service_code: str, master_id: str, key: NewKey, settings: Settings) -> None:
    typer.echo(f"Service code  {service_code}")
    typer.echo(f"Master ID     {master_id} ({Role.OWNER}, with approval right)")
    typer.echo(f"Access key    {key.access_key}")
    typer.echo(f"Secret key    {key.secret_key}")
    typer.echo("\nThe secret key is shown this once: keep it now.")
    if settings.secret_key is None:
        typer.echo(
            f"The stored secrets open with {settings.secret_key_file} only: back it up, apart from the database."
        )
