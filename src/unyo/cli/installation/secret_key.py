"""The commands for the key that encrypts the stored secrets: rotate, retire, replace."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from unyo.bootstrap.clock import system_clock
from unyo.bootstrap.installation import read_keyring
from unyo.cli.administration.administering import YesFlag, ask, opened
from unyo.cli.administration.author import os_author
from unyo.cli.flags import STORE, with_settings
from unyo.config.settings import Settings
from unyo.config.table import TABLE
from unyo.storage.administration import Admin, NotPossible
from unyo.storage.engine import Engines
from unyo.storage.errors import storage_errors
from unyo.storage.keyring import Keyring, read_or_make_key
from unyo.storage.moving import rekeying

app = typer.Typer()
group = typer.Typer(
    no_args_is_help=True, help="The key that encrypts the stored secrets: rotate it, or replace a lost one."
)
app.add_typer(group, name="secret-key")


@group.command()
@with_settings(*STORE)
def rotate(
    settings: Settings,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Only add the new key to the file, so that other nodes can get it first.")
    ] = False,
) -> None:
    """Encrypt all stored secrets anew with a new key; the server may go on serving.

    The new key is added to the key file first, and the old one stays there until `unyo secret-key retire`. When this
    is interrupted, run it again.
    """
    with opened(settings) as engines:
        path = _key_file(settings)
        with _changing(engines) as admin:
            added = rekeying.prepare(admin.connection, path)
        if prepare:
            typer.echo(f"{path} {'now holds' if added else 'holds already'} a new key behind the one in use.")
            typer.echo("Next: copy it to every node, then run `unyo secret-key rotate`.")
            return
        with _changing(engines) as admin:
            count = rekeying.rotate(admin, path)
    typer.echo(f"The secrets of {count} access keys are encrypted with a new key, the last line of {path}.")
    typer.echo("Next: back the file up. When no backup needs the old key any more: `unyo secret-key retire`.")


@group.command()
@with_settings(*STORE)
def retire(settings: Settings) -> None:
    """Take old keys out of the key file. Backups made before the rotation open with these only."""
    with opened(settings) as engines:
        path = _key_file(settings)
        with _changing(engines) as admin:
            rekeying.prepare_to_retire(admin.connection, path)
        with _changing(engines) as admin:
            rekeying.retire(admin, path)
    typer.echo(f"{path} holds the newest key only.")


@group.command()
@with_settings(*STORE)
def replace(settings: Settings, yes: YesFlag = False) -> None:
    """Go on with another key when the old one is lost. All access keys are deleted; tickets stay as they are.

    The key is that of the key file, or a new one where there is no such file.
    """
    with opened(settings) as engines:
        known = _known_key(settings)
        with _changing(engines) as admin:
            lost = rekeying.count_lost(admin.connection, known)
        ask(f"Delete {lost} access keys for ever? Nobody can call until new ones are made.", yes=yes)
        keyring = known or Keyring(read_or_make_key(settings.secret_key_file))
        with _changing(engines) as admin:
            rekeying.replace(admin, keyring)
    typer.echo(
        f"{lost} access keys are deleted. Next: back the key file up, and make new access keys (`unyo key add`)."
    )


@contextmanager
def _changing(engines: Engines) -> Iterator[Admin]:
    with storage_errors("changing the key"), engines.writing.begin() as connection:
        yield Admin(connection, os_author(), system_clock())


def _key_file(settings: Settings) -> Path:
    if settings.secret_key is not None:
        raise NotPossible(
            f"the key is given by {TABLE['secret_key'].variable}: write it into a file, and give that with "
            "--secret-key-file instead"
        )
    read_keyring(settings)  # which says what to do when there is none
    return settings.secret_key_file


def _known_key(settings: Settings) -> Keyring | None:
    """The key that is given; None where there is no key file yet."""
    if settings.secret_key is None and not settings.secret_key_file.exists():
        return None
    return read_keyring(settings)
