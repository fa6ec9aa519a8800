"""Profiles: credentials by name, in one file of the user's own; and what goes before what."""

import json
import os
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from .credentials import Credentials, Secret, variable
from .errors import WrongCredentials

DEFAULT: Final = "default"
PROFILE_VARIABLE: Final = "UNYO_PROFILE"
FILE_VARIABLE: Final = "UNYO_PROFILES_FILE"
_FIELDS: Final = fields(Credentials)
_SECRET: Final = next(each for each in _FIELDS if each.type is Secret)
NAMES: Final = tuple(each.name for each in _FIELDS)


@dataclass(frozen=True, slots=True)
class Resolved:
    """Credentials, of each value where it comes from, and the profile that was looked into (``""``: none)."""

    credentials: Credentials
    origins: Mapping[str, str]
    profile: str


def profiles_file(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the profiles are: UNYO_PROFILES_FILE, or ``unyo/profiles.toml`` in the user's configuration folder."""
    if named := environment.get(FILE_VARIABLE):
        return Path(named)
    folder = environment.get("XDG_CONFIG_HOME")
    return (Path(folder) if folder else Path.home() / ".config") / "unyo" / "profiles.toml"


def read_profiles(path: Path) -> dict[str, dict[str, str]]:
    """All profiles by name; none where there is no file.

    Raises:
        WrongCredentials: the file cannot be read, or holds something else.
    """
    found, problem = dict[str, dict[str, str] | None](), ""
    try:
        found = _parsed(path)
    except FileNotFoundError:
        return {}
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
    except ValueError as error:
        problem = f"is no TOML: {error}"
    if problem:  # raised here, since what failed holds all of the file
        raise WrongCredentials(f"the profiles file {path} {problem}")
    wrong = [name for name, values in found.items() if values is None]
    if wrong:
        raise WrongCredentials(f"the profile {wrong[0]} in {path} must hold texts named {', '.join(NAMES)}")
    return {name: values for name, values in found.items() if values is not None}


def hidden(values: Mapping[str, str | None]) -> dict[str, str]:
    """Values by name, or by variable, of which no traceback shows the secret; what is empty is left out."""
    secrets = {_SECRET.name, variable(_SECRET.name)}
    return {name: Secret(value) if name in secrets else value for name, value in values.items() if value}


def write_profile(path: Path, name: str, values: Mapping[str, str]) -> None:
    """Add a profile, or replace it; the file is its owner's alone, and whole at every moment.

    Raises:
        WrongCredentials: the file that is there cannot be read.
        OSError: it cannot be written.
    """
    values = hidden(values)
    _write(path, read_profiles(path) | {name: values})


def delete_profile(path: Path, name: str) -> None:
    """Delete a profile.

    Raises:
        WrongCredentials: there is none of that name, or the file cannot be read.
        OSError: it cannot be written.
    """
    profiles = read_profiles(path)
    if name not in profiles:
        raise WrongCredentials(_unknown(name, path, profiles))
    _write(path, {each: held for each, held in profiles.items() if each != name})


def resolve(
    given: Mapping[str, str | None], profile: str | None = None, environment: Mapping[str, str] = os.environ
) -> Resolved:
    """Credentials from what is given, else the environment, else the profile (given, UNYO_PROFILE, or ``default``).

    Raises:
        WrongCredentials: a value is in none of them, or a named profile does not exist.
    """
    given, environment = hidden(given), hidden(environment)
    values, origins, used = look_up(given, profile, environment)
    return Resolved(Credentials(**values), origins, used)


def look_up(
    given: Mapping[str, str | None], profile: str | None = None, environment: Mapping[str, str] = os.environ
) -> tuple[dict[str, str], dict[str, str], str]:
    """What `resolve` makes credentials of, as far as it is there: values, where each comes from, and the profile.

    Raises:
        WrongCredentials: a named profile does not exist.
    """
    given, environment = hidden(given), hidden(environment)
    path = profiles_file(environment)
    named = profile or environment.get(PROFILE_VARIABLE) or ""
    profiles = read_profiles(path)
    if named and named not in profiles:
        raise WrongCredentials(_unknown(named, path, profiles))
    held = profiles.get(named or DEFAULT, {})
    values, origins = {}, {}
    for name in NAMES:
        places = (
            (given.get(name), "given"),
            (environment.get(variable(name)), variable(name)),
            (held.get(name), f"profile {named or DEFAULT}"),
        )
        values[name], origins[name] = next(((value, place) for value, place in places if value), ("", "nowhere"))
    return values, origins, named or (DEFAULT if held else "")


def _parsed(path: Path) -> dict[str, dict[str, str] | None]:
    """Profiles by name; None where it holds something else than a profile does."""
    found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: hidden(values) if _is_profile(values) else None for name, values in found.items()}


def _is_profile(values: object) -> bool:
    return isinstance(values, dict) and all(name in NAMES and isinstance(value, str) for name, value in values.items())


def _written(profiles: Mapping[str, Mapping[str, str]]) -> str:
    return "\n".join(
        f"[{_quoted(name)}]\n" + "".join(f"{key} = {_quoted(value)}\n" for key, value in values.items())
        for name, values in profiles.items()
    )


def _quoted(text: str) -> str:
    """A text as TOML writes it, which is as JSON does but for one letter."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _unknown(name: str, path: Path, profiles: Mapping[str, object]) -> str:
    known = ", ".join(sorted(profiles)) or "none"
    return f"there is no profile {name} in {path} (there is: {known}); `unyo login` makes one"


def _write(path: Path, profiles: Mapping[str, Mapping[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, made = tempfile.mkstemp(dir=path.parent)  # its mode is 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(_written(profiles))
        Path(made).replace(path)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise
