"""Who calls, and where: what a client needs to know before its first call."""

from dataclasses import dataclass, field, fields
from typing import Final
from urllib.parse import urlsplit

from .errors import WrongCredentials

PREFIX: Final = "UNYO_"


@dataclass(frozen=True, slots=True)
class Credentials:
    """An endpoint such as ``https://desk.example``, an access key with its secret, and in whose name it calls.

    Raises:
        WrongCredentials: a value is missing, or the endpoint is no URL.
    """

    endpoint: str
    access_key: str
    secret_key: str = field(repr=False)
    service_code: str
    master_id: str

    def __post_init__(self) -> None:
        """Refuse what can never be called with."""
        missing = [each.name for each in fields(self) if not getattr(self, each.name)]
        if missing:
            named = ", ".join(f"{name} ({variable(name)})" for name in missing)
            raise WrongCredentials(f"not given: {named}; `unyo login` keeps them in a profile")
        split = urlsplit(self.endpoint)
        if split.scheme not in {"http", "https"} or not split.hostname or split.query or split.fragment:
            raise WrongCredentials("the endpoint must be a URL such as https://desk.example")
        object.__setattr__(self, "endpoint", self.endpoint.rstrip("/"))


def variable(name: str) -> str:
    """The environment variable of a value."""
    return f"{PREFIX}{name.upper()}"
