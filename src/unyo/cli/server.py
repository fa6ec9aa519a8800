"""The commands that run and make a server: serve, migrate, init."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import typer
import uvicorn
from uvicorn.supervisors import Multiprocess

from unyo.api.serving import uvicorn_config
from unyo.bootstrap import app_for_good, serving_store, system_clock
from unyo.config import SECRET_KEY, Store
from unyo.services.ports import StorageFailed
from unyo.storage import administration, migrations
from unyo.storage.administration import NewKey, NotPossible
from unyo.storage.engine import Engines, UnusableDatabase, open_engines, parse_url
from unyo.storage.errors import storage_errors
from unyo.storage.keyring import Keyring, WrongKey, read_or_make_key
from unyo.tickets.directory import Role


@contextmanager
def plain_errors(*more: type[Exception]) -> Iterator[None]:
    """Turn what a user can mend, and ``more``, into one line and exit status 1."""
    known: tuple[type[Exception], ...] = (NotPossible, StorageFailed, UnusableDatabase, WrongKey, OSError, *more)
    try:
        yield
    except known as error:
        typer.secho(f"unyo: {error}", err=True, fg="red")
        raise typer.Exit(1) from None


def serve(host: str, port: int, database: str, secret_key_file: str, workers: int) -> None:
    """Serve an installation until SIGINT or SIGTERM."""
    store = Store(database, secret_key_file, os.environ.get(SECRET_KEY.variable, ""))
    with plain_errors():
        engines, keyring = serving_store(store)
        if workers > 1 and engines.is_sqlite:
            raise NotPossible(
                "SQLite has one writer, so it is served by one process: use --workers 1, or PostgreSQL for more"
            )
        if workers > 1:
            engines.dispose()  # each worker opens the store by itself; it is told by its environment which
            os.environ.update(store.to_environment())
        app = app_for_good(engines, keyring) if workers == 1 else "unyo.bootstrap:app_from_environment"
        _run(uvicorn_config(app, factory=workers > 1, host=host, port=port, workers=workers))


def _run(config: uvicorn.Config) -> None:
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):
        if config.workers > 1:
            Multiprocess(config, sockets=[config.bind_socket()]).run()
            return
        server.run()
    if not server.started:
        raise typer.Exit(1)  # the log says why


def migrate(database: str) -> None:
    """Bring a database to this release's tables."""
    with plain_errors():
        engines = open_engines(parse_url(database), create=False)
        before, after = migrations.migrate(engines.writing)
        engines.dispose()
    done = "is at this release's tables already" if before == after else f"went from {before or 'empty'} to {after}"
    typer.echo(f"The database {done}.")


def init(
    service_code: str, master_id: str, name: str, groups: Sequence[str], database: str, secret_key_file: str
) -> None:
    """Make a new installation; what a failure leaves behind, another try completes."""
    for what, value in (("service code", service_code), ("master ID", master_id)):
        if not (value.isascii() and value.isalnum() and len(value) <= 15):  # noqa: PLR2004 - the contract's maximum
            raise typer.BadParameter(f"a {what} is 1 to 15 letters and digits")
    store = Store(database, secret_key_file, os.environ.get(SECRET_KEY.variable, ""))
    with plain_errors():
        engines = open_engines(parse_url(database))
        migrations.migrate(engines.writing)
        keyring = _new_keyring(engines, store)
        key = administration.make_key()
        with storage_errors("making the installation"), engines.writing.begin() as connection:
            administration.claim_installation(connection, keyring, demo=False)
            administration.add_service(connection, service_code, groups=groups)
            administration.add_account(connection, master_id, name)
            administration.add_member(connection, service_code, master_id, Role.OWNER, may_approve=True)
            administration.add_key(connection, keyring, master_id, key, system_clock())
        engines.dispose()
    _tell(service_code, master_id, key, store)
    typer.echo(f"Next: unyo serve --database {engines.url.render_as_string(hide_password=True)}")


def _new_keyring(engines: Engines, store: Store) -> Keyring:
    """The key of a new installation; nothing is made where there is one already."""
    with storage_errors("reading the installation"), engines.reading.begin() as connection:
        administration.check_is_new(connection)
    return Keyring(store.secret_key or read_or_make_key(Path(store.secret_key_file)))


def _tell(service_code: str, master_id: str, key: NewKey, store: Store) -> None:
    typer.echo(f"Service code  {service_code}")
    typer.echo(f"Master ID     {master_id} ({Role.OWNER}, with approval right)")
    typer.echo(f"Access key    {key.access_key}")
    typer.echo(f"Secret key    {key.secret_key}")
    typer.echo("\nThe secret key is shown this once: keep it now.")
    if not store.secret_key:
        typer.echo(f"The stored secrets open with {store.secret_key_file} only: back it up, apart from the database.")
