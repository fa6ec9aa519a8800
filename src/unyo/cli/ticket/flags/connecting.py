"""Which server a command calls, and as whom: flags, then the environment, then a profile."""

import sys
from collections.abc import Callable
from functools import wraps
from time import sleep
from typing import TYPE_CHECKING, Any, Final, Self

import typer
from typer.models import OptionInfo

from unyo.cli.ticket.ending.failing import plain_failures

from .adding import taking

if TYPE_CHECKING:  # the help starts without the client
    from unyo.client.profiles import Resolved

_PANEL: Final = "Connection"
_NOTICED: Final = 1.0
"""From how many seconds on people wonder."""


def named_profiles(incomplete: str) -> list[str]:
    """The profiles that a shell offers."""
    from unyo.client.errors import WrongCredentials  # noqa: PLC0415 - the help starts without the client
    from unyo.client.profiles import profiles_file, read_profiles  # noqa: PLC0415 - likewise

    try:
        return [name for name in read_profiles(profiles_file()) if name.startswith(incomplete)]
    except WrongCredentials:
        return []


def _option(flag: str, metavar: str, meaning: str, **more: Any) -> OptionInfo:
    found: OptionInfo = typer.Option(
        flag, metavar=metavar, help=meaning, rich_help_panel=_PANEL, show_default=False, **more
    )
    return found


PROFILE: Final = _option(
    "--profile",
    "NAME",
    "Profile to take what is not given from (UNYO_PROFILE, else default).",
    autocompletion=named_profiles,
)
# A secret is never a flag: other users of a machine see a process's flags.
FLAGS: Final = {
    "endpoint": _option("--endpoint", "URL", "Server, such as https://desk.example (UNYO_ENDPOINT)."),
    "service_code": _option("--service-code", "CODE", "Service code (UNYO_SERVICE_CODE)."),
    "master_id": _option("--master-id", "ID", "Master ID of the access key's account (UNYO_MASTER_ID)."),
    "access_key": _option(
        "--access-key", "KEY", "Access key (UNYO_ACCESS_KEY); its secret comes from UNYO_SECRET_KEY or the profile."
    ),
}
_ALL: Final = {"profile": PROFILE, **FLAGS}


def _wait(seconds: float) -> None:
    """Wait between two tries of a call; whoever sits before it and would wonder is told."""
    if seconds >= _NOTICED and sys.stderr.isatty():
        typer.secho(f"The server is busy or out of reach; trying again in {seconds:.0f} s.", err=True, dim=True)
    sleep(seconds)


class Connection:
    """The server that a command calls, and as whom. Use it in a ``with`` block."""

    def __init__(self, resolved: "Resolved") -> None:
        from unyo.client import Client  # noqa: PLC0415 - the help starts without the client

        self.resolved = resolved
        who = resolved.credentials
        self.client = Client(who.endpoint, who.access_key, who.secret_key, who.service_code, who.master_id, sleep=_wait)

    @property
    def master_id(self) -> str:
        """In whose name it calls."""
        return self.resolved.credentials.master_id

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()


def connected(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the flags of a connection; it is called with ``connection``, and its failures are told plainly."""

    @wraps(command)
    def _run(**given: Any) -> None:
        said = {name: given.pop(name) for name in FLAGS}
        profile = given.pop("profile")
        with plain_failures(), Connection(resolved(said, profile)) as connection:
            command(connection=connection, **given)

    flags = {name: (str | None, None, option) for name, option in _ALL.items()}
    return taking(_run, command, "connection", flags, is_last=True)


def resolved(given: dict[str, str | None], profile: str | None) -> "Resolved":
    """The credentials by flag, environment and profile; a secret that is missing only is asked for on a terminal.

    Raises:
        WrongCredentials: a value is missing, or the profile does not exist.
    """
    from unyo.client.profiles import look_up, resolve  # noqa: PLC0415 - the help starts without the client

    values = look_up(given, profile)[0]
    if sys.stdin.isatty() and [name for name, value in values.items() if not value] == ["secret_key"]:
        secret = typer.prompt("Secret key", hide_input=True, err=True)
        return resolve({**given, "secret_key": secret}, profile)
    return resolve(given, profile)
