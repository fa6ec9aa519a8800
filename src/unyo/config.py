"""The options of a server: each with its environment variable, its default and its meaning."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

PREFIX = "UNYO_SERVER_"


@dataclass(frozen=True, slots=True)
class Option:
    """One option: what it is when nobody says, and what it means."""

    name: str
    default: Any
    meaning: str

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return f"{PREFIX}{self.name.upper()}"


DATABASE: Final = Option("database", "sqlite:///unyo.db", "Database: sqlite:///FILE or postgresql://USER@HOST/NAME.")
SECRET_KEY: Final = Option(
    "secret_key", "", "Key that encrypts the stored secrets, instead of the key file (environment only)."
)
SECRET_KEY_FILE: Final = Option(
    "secret_key_file", "unyo.key", "File with the key that encrypts the stored secrets; made by `unyo init`."
)
HOST: Final = Option("host", "127.0.0.1", "Address to listen on.")
PORT: Final = Option("port", 8080, "Port to listen on.")
WORKERS: Final = Option("workers", 1, "Server processes; more than one needs PostgreSQL.")


@dataclass(frozen=True, slots=True)
class Store:
    """Where an installation's data is, and the key that opens its secrets: itself, or the file that holds it."""

    database: str = field(repr=False)  # the URL may hold a password
    secret_key_file: str
    secret_key: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Store":
        """The store that a server process was started with."""
        return cls(*(environment.get(o.variable, o.default) for o in (DATABASE, SECRET_KEY_FILE, SECRET_KEY)))

    def to_environment(self) -> dict[str, str]:
        """The variables that tell another process the same."""
        given = {DATABASE.variable: self.database, SECRET_KEY_FILE.variable: self.secret_key_file}
        return given | ({SECRET_KEY.variable: self.secret_key} if self.secret_key else {})
