"""Where settings come from: flags before the environment, the environment before the file, the file before defaults."""

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource, TomlConfigSettingsSource

from .settings import PREFIX, Settings
from .table import CONFIG_VARIABLE, FILE_SUFFIX, TABLE

# Taken where no other file is named: the first that is there.
USUAL_FILES: Final = (Path("unyo.toml"), Path("/etc/unyo/unyo.toml"))
DEFAULT: Final = "default"
# Its file is made by `unyo init`, and read by whoever needs the key.
_READ_LATER: Final = "secret_key"


class WrongSettings(Exception):
    """Settings that cannot be used; the message has a line for each thing to mend."""

    def __init__(self, faults: Iterable[str]) -> None:
        super().__init__("\n".join(faults))


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings, of each where it comes from, and the settings file, if there is one."""

    settings: Settings
    origins: Mapping[str, str]
    file: Path | None


@dataclass(frozen=True, slots=True)
class _Source:
    """Values that were given in one place, by name; ``place`` says how a name is written there."""

    values: Mapping[str, Any]
    place: str

    def origin(self, name: str) -> str:
        return self.place.format(name=name, flag=TABLE[name].flag, variable=TABLE[name].variable)


def load(flags: Mapping[str, Any], config: Path | None = None) -> Loaded:
    """The settings that flags, this process's environment and a file (TOML) give.

    Raises:
        WrongSettings: a name is unknown, a value is none, or a file cannot be read.
    """
    path = config or _named_by_environment() or next((each for each in USUAL_FILES if each.is_file()), None)
    sources = [_Source(flags, "flag {flag}"), _Source(_environment(), "{variable}")]
    if path is not None:
        sources.append(_Source(_file(path), f"{path}"))
    return Loaded(*_merged(sources), path)


def _named_by_environment() -> Path | None:
    named = os.environ.get(CONFIG_VARIABLE)
    return Path(named) if named else None


def _environment() -> dict[str, Any]:
    known = {CONFIG_VARIABLE, *(row.variable for row in TABLE.values())}
    # The library takes them in any case.
    _check_names((name.upper() for name in os.environ if name.upper().startswith(PREFIX)), known, "variable")
    return EnvSettingsSource(Settings)()


def _file(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as opened:
            given = tomllib.load(opened)
        _check_names(given, TABLE, f"setting in {path}")
        return TomlConfigSettingsSource(Settings, toml_file=path)()
    except OSError as error:
        raise WrongSettings([f"the settings file {path} cannot be read: {error.strerror}"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongSettings([f"the settings file {path} is no TOML: {error}"]) from None


def _check_names(given: Iterable[str], known: Iterable[str], what: str) -> None:
    known = list(known)
    unknown = [name for name in given if name not in known]
    if unknown:
        raise WrongSettings(f"there is no {what} {name}{_nearest(name, known)}" for name in sorted(unknown))


def _nearest(name: str, known: Iterable[str]) -> str:
    found = get_close_matches(name, known, n=1)
    return f": is it {found[0]}?" if found else "; `unyo config` lists those that there are"


def _merged(sources: list[_Source]) -> tuple[Settings, Mapping[str, str]]:
    """What a later source says goes before an earlier one's, which comes last here."""
    values: dict[str, Any] = {}
    origins = dict.fromkeys(TABLE, DEFAULT)
    for source in reversed(sources):
        for name, (value, origin) in _opened(source).items():
            values[name], origins[name] = value, origin
            other = _other(name)
            if other in values and other not in source.values:
                del values[other]
                origins[other] = DEFAULT
    try:
        return Settings(**values), origins
    except ValidationError as error:
        raise WrongSettings(_fault(fault, origins) for fault in error.errors(include_url=False)) from None


def _opened(source: _Source) -> dict[str, tuple[Any, str]]:
    """The values of a source with their origins; a secret that stands in a file of its own is read."""
    found = {name: (value, source.origin(name)) for name, value in source.values.items()}
    for name, row in TABLE.items():
        if not row.has_file or name + FILE_SUFFIX not in found:
            continue
        path, origin = found[name + FILE_SUFFIX]
        if name in found:
            raise WrongSettings([f"{found[name][1]} and {origin} are both given: give one of them"])
        if name != _READ_LATER and isinstance(path, str):  # another type is refused with the rest
            found[name] = (_content(Path(path), origin), f"{path}, which {origin} names")
    return found


def _other(name: str) -> str:
    """The setting that says the same in the other way: a secret itself, or its file."""
    return name.removesuffix(FILE_SUFFIX) if name.endswith(FILE_SUFFIX) else name + FILE_SUFFIX


def _content(path: Path, origin: str) -> str:
    try:
        found = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise WrongSettings([f"the file {path}, which {origin} names, cannot be read: {why}"]) from None
    if not found:
        raise WrongSettings([f"the file {path}, which {origin} names, is empty: write the value into it"])
    return found


def _fault(fault: Mapping[str, Any], origins: Mapping[str, str]) -> str:
    """One value that is none; what it is is not shown, since it may be a secret."""
    name = str(fault["loc"][0])
    return f"{name} ({origins[name]}) takes {TABLE[name].takes}"
