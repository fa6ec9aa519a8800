"""The values that are administered: what the wire could not carry or a caller not send is refused."""

from typing import Final

from unyo.tickets.field_tables import MASTER_ID
from unyo.tickets.fields import Text
from unyo.tickets.model import UNRESTRICTED
from unyo.tickets.text import is_storable, unquote

from .changing import NotPossible

assert isinstance(MASTER_ID.kind, Text)
GROUP: Final = "a management group"
LONGEST_CODE: Final = MASTER_ID.kind.maximum  # a service code's is the same
LONGEST_VALUE: Final = 256  # characters, as of every parameter with an option list
LONGEST_NAME: Final = 200  # characters, as of RepresentativeCustomerName, which holds names too


def is_code(value: str) -> bool:
    """Whether a text can be a service code or a master ID."""
    return value.isascii() and value.isalnum() and len(value) <= LONGEST_CODE


def check_code(what: str, value: str) -> None:
    """Check a service code or a master ID.

    Raises:
        NotPossible: it is none.
    """
    if not is_code(value):
        raise NotPossible(f"{what} is 1 to {LONGEST_CODE} letters and digits, which {_shown(value)} is not")


def check_name(what: str, value: str) -> None:
    """Check a name or a label, which may be empty.

    Raises:
        NotPossible: it is too long, or cannot be written in one line.
    """
    _check_text(what, value, LONGEST_NAME)


def check_value(what: str, value: str) -> None:
    """Check a value of an option list, or a management group's name.

    Raises:
        NotPossible: no caller could send it.
    """
    if not value:
        raise NotPossible(f"{what} is not empty")
    _check_text(what, value, LONGEST_VALUE)
    if "," in value:
        raise NotPossible(f"{what} holds no comma: {_shown(value)}")
    if value == UNRESTRICTED and what == GROUP:
        raise NotPossible(f"{UNRESTRICTED} is in every service's list already")


def _check_text(what: str, value: str, longest: int) -> None:
    if len(value) > longest:
        raise NotPossible(f"{what} is {longest} characters at the most, and {_shown(value[:20])}… has {len(value)}")
    if not is_storable(value) or not value.isprintable():
        raise NotPossible(f"{what} is one line of printable characters, which {_shown(value)} is not")
    if value != value.strip():
        raise NotPossible(f"{what} neither begins nor ends with a blank: {_shown(value)}")
    if unquote(value) != value:
        raise NotPossible(f"{what} holds no ¥n, ¥' or ¥\", which callers cannot send: {_shown(value)}")


def _shown(value: str) -> str:
    """The value as it can be printed, whatever it holds."""
    return value if value.isprintable() and value else ascii(value)
