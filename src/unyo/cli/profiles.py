"""The commands for profiles: `unyo profile`."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Final

import typer

from .ticket.asking import confirm
from .ticket.ending.failing import plain_failures
from .ticket.flags.connecting import named_profiles
from .ticket.output.output import Format, OutputOption, write_records

if TYPE_CHECKING:  # the help starts without the client
    from .ticket.checking import Finding

app = typer.Typer()
profile = typer.Typer(no_args_is_help=True, help="Profiles of `unyo ticket` and the client: list, show, check, delete.")
app.add_typer(profile, name="profile")

_COLUMNS: Final = ("name", "current", "endpoint", "service_code", "master_id", "access_key")
_OTHERS: Final = 0o077
_Name = Annotated[
    str | None,
    typer.Argument(
        metavar="[NAME]", autocompletion=named_profiles, help="Profile; the one in use if absent.", show_default=False
    ),
]


@profile.command("list")
def list_(output: OutputOption = Format.TABLE) -> None:
    """List the profiles; the current one is used where none is named. Secrets are never shown."""
    with plain_failures():
        from unyo.client.profiles import (  # noqa: PLC0415 - the help starts without the client
            DEFAULT,
            PROFILE_VARIABLE,
            profiles_file,
            read_profiles,
        )

        current = os.environ.get(PROFILE_VARIABLE) or DEFAULT
        rows = [
            {"name": name, "current": name == current, **values}
            for name, values in read_profiles(profiles_file()).items()
        ]
        write_records(rows, _COLUMNS, output)


@profile.command()
def show(name: _Name = None, output: OutputOption = Format.TABLE) -> None:
    """Show the values that a call would use, and where each comes from: the environment goes before the profile.

    The secret is never shown.
    """
    with plain_failures():
        from unyo.client.profiles import look_up  # noqa: PLC0415 - the help starts without the client

        values, origins, _ = look_up({}, name)
        values["secret_key"] = values["secret_key"] and "(hidden)"
        rows = [{"name": key, "value": value, "origin": origins[key]} for key, value in values.items()]
        write_records(rows, ("name", "value", "origin"), output)


@profile.command()
def check(name: _Name = None) -> None:
    """Check by a real signed call whether the values that a call would use are right, and say what is wrong.

    ✓ is good, ! works but had better be otherwise, ✗ must be mended. Nothing is changed.
    """
    with plain_failures():
        from unyo.client.profiles import resolve  # noqa: PLC0415 - the help starts without the client

        from .ticket.checking import end, examine  # noqa: PLC0415 - likewise
        from .ticket.checking import show as show_findings  # noqa: PLC0415 - likewise

        found = resolve({}, name)

        def _all() -> Iterator["Finding"]:
            yield from _of_file()
            yield from examine(found.credentials, found.origins)

        end(show_findings(_all()))


@profile.command()
def delete(
    name: Annotated[str, typer.Argument(metavar="NAME", autocompletion=named_profiles, help="Profile.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete a profile. The access key itself lives on: `unyo key delete`, on the server, ends it."""
    with plain_failures():
        from unyo.client.profiles import delete_profile, profiles_file, read_profiles  # noqa: PLC0415 - the help starts without the client

        path = profiles_file()
        if name in read_profiles(path):
            confirm(f"Delete the profile {name}?", is_sure=yes)
        delete_profile(path, name)
    typer.echo(f"Deleted the profile {name}.")


def _of_file() -> Iterator["Finding"]:
    """Whether others can read the secrets."""
    from unyo.client.profiles import profiles_file  # noqa: PLC0415 - the help starts without the client

    from .ticket.checking import Finding  # noqa: PLC0415 - likewise

    path = profiles_file()
    if path.exists() and path.stat().st_mode & _OTHERS:
        yield Finding("profiles", f"other users may read {path}, which holds secrets", f"chmod 600 {path}")
