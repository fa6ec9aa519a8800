"""The command that keeps credentials as a profile: `unyo login`."""

import os
import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from .ticket.ending.exits import Exit, fail
from .ticket.ending.failing import plain_failures
from .ticket.flags.connecting import FLAGS, PROFILE

if TYPE_CHECKING:  # the help starts without the client
    from pathlib import Path

app = typer.Typer()

_ASKED: Final = {
    "endpoint": "Endpoint, such as https://desk.example",
    "access_key": "Access key",
    "secret_key": "Secret key",
    "service_code": "Service code",
    "master_id": "Master ID",
}


@app.command()
def login(
    *,
    profile: Annotated[str | None, PROFILE] = None,
    endpoint: Annotated[str | None, FLAGS["endpoint"]] = None,
    access_key: Annotated[str | None, FLAGS["access_key"]] = None,
    service_code: Annotated[str | None, FLAGS["service_code"]] = None,
    master_id: Annotated[str | None, FLAGS["master_id"]] = None,
    secret_key_stdin: Annotated[
        bool, typer.Option("--secret-key-stdin", help="Read the secret key from the standard input's first line.")
    ] = False,
) -> None:
    """Check credentials by a real call, and keep them as a profile for `unyo ticket` and the Python client.

    What is not given is asked for on a terminal. The profiles file is the user's alone (mode 0600). Without a terminal:

    printf %s "$SECRET" | unyo login --profile night --endpoint https://desk.example --access-key KEY
    --service-code CODE --master-id ID --secret-key-stdin
    """
    with plain_failures():
        from unyo.client.credentials import Credentials  # noqa: PLC0415 - the help starts without the client
        from unyo.client.profiles import DEFAULT, PROFILE_VARIABLE, profiles_file, write_profile  # noqa: PLC0415 - likewise

        from .ticket.checking import end, examine, show  # noqa: PLC0415 - likewise

        name = profile or os.environ.get(PROFILE_VARIABLE) or DEFAULT
        given = {"endpoint": endpoint, "access_key": access_key, "service_code": service_code, "master_id": master_id}
        secret = sys.stdin.readline().strip() if secret_key_stdin else None
        path = profiles_file()
        values = _values(path, name, {**given, "secret_key": secret})
        who = Credentials(**values)
        status = show(examine(who, {}))
        if status is not Exit.OK:
            typer.secho("unyo: nothing was kept", err=True, fg="red")
            end(status)
        write_profile(path, name, {**values, "endpoint": who.endpoint})
    typer.echo(f"Kept as profile {name} in {path}.")


def _values(path: "Path", name: str, given: dict[str, str | None]) -> dict[str, str]:
    """What is given by flag and environment; the rest by the profile that is replaced, or asked for."""
    from unyo.client.credentials import variable  # noqa: PLC0415 - the help starts without the client
    from unyo.client.profiles import read_profiles  # noqa: PLC0415 - likewise

    kept = read_profiles(path).get(name, {})
    may_ask = sys.stdin.isatty()
    values: dict[str, str] = {}
    for key, question in _ASKED.items():
        value = given[key] or os.environ.get(variable(key))
        if not value and may_ask:
            value = _asked(question, kept.get(key, ""), is_secret=key == "secret_key")
        values[key] = (value or kept.get(key, "")).strip()
    missing = [key for key, value in values.items() if not value]
    if missing:
        flags = {"secret_key": "--secret-key-stdin"}
        named = ", ".join(f"{flags.get(key, '--' + key.replace('_', '-'))} ({variable(key)})" for key in missing)
        fail(Exit.USAGE, f"not given, and there is no terminal to ask on: {named}")
    return values


def _asked(question: str, kept: str, *, is_secret: bool) -> str:
    if not is_secret:
        return str(typer.prompt(question, default=kept or None, err=True))
    hint = f"{question} (hidden; Enter takes the one that is kept)" if kept else f"{question} (hidden)"
    answer: str = typer.prompt(hint, default="" if kept else None, hide_input=True, show_default=False, err=True)
    return answer or kept
