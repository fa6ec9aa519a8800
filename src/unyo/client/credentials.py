"""Who calls, and where: what a client needs to know before its first call."""

from dataclasses import dataclass, fields
from typing import Final, Self
from urllib.parse import urlsplit

from .errors import WrongCredentials

PREFIX: Final = "UNYO_"


class Secret(str):
    """A text that is shown to nobody: no repr, format, log line or traceback tells it; ``encode()`` does."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Hide a text; one that is hidden already stays what it is."""
        return text if isinstance(text, cls) else super().__new__(cls, text)

    def __repr__(self) -> str:
        return "<secret>" if self else "''"

    def __str__(self) -> str:
        return repr(self)

    def __format__(self, _: str) -> str:
        return repr(self)


@dataclass(frozen=True, slots=True, init=False)
class Credentials:
    """An endpoint such as ``https://desk.example``, an access key with its secret, and in whose name it calls.

    Raises:
        WrongCredentials: a value is missing, the endpoint is no URL, or a key cannot be one.
    """

    endpoint: str
    access_key: str
    secret_key: Secret
    service_code: str
    master_id: str

    def __init__(self, endpoint: str, access_key: str, secret_key: str, service_code: str, master_id: str) -> None:
        secret_key = Secret(secret_key)  # before anything can fail: a traceback may show what is named here
        given = (endpoint.rstrip("/"), access_key, secret_key, service_code, master_id)
        for each, value in zip(fields(self), given, strict=True):
            object.__setattr__(self, each.name, value)
        self._check()

    def _check(self) -> None:
        """Refuse what can never be called with."""
        missing = [each.name for each in fields(self) if not getattr(self, each.name)]
        if missing:
            named = ", ".join(f"{name} ({variable(name)})" for name in missing)
            raise WrongCredentials(f"not given: {named}; `unyo login` keeps them in a profile")
        if not _is_endpoint(self.endpoint):
            raise WrongCredentials("the endpoint must be a URL such as https://desk.example")
        for name in ("access_key", "secret_key"):
            if not all("!" <= letter <= "~" for letter in getattr(self, name)):
                raise WrongCredentials(f"the {name} holds a blank, or a letter that no key has: was all of it copied?")


def variable(name: str) -> str:
    """The environment variable of a value."""
    return f"{PREFIX}{name.upper()}"


def _is_endpoint(url: str) -> bool:
    """Whether it is an address without a user of its own: whoever calls signs."""
    try:
        split = urlsplit(url)
        port = split.port
        (split.hostname or "").encode("idna")  # as it will be looked up
    except ValueError:
        return False
    named = split.scheme in {"http", "https"} and split.hostname and port != 0
    return bool(named) and not (
        split.username or split.password or split.query or split.fragment or " " in url or not url.isprintable()
    )
