"""What a password must be, and how long whoever keeps getting it wrong must wait: rules, as pure functions."""

import hashlib
import unicodedata
from datetime import timedelta
from enum import Enum, auto
from ipaddress import IPv6Address, ip_address
from typing import Final

from pydantic import SecretStr

from unyo.tickets.text import byte_length, is_storable

LEAST_CHARACTERS: Final = 12
MOST_BYTES: Final = 1024
"""In UTF-8; it bounds the cost of a hash."""
FREE_FAILURES: Final = 4
"""This many failures in a row cost no waiting."""
LONGEST_WAIT: Final = timedelta(minutes=15)
FORGET_AFTER: Final = timedelta(days=1)
"""How long failures are remembered after the last one."""

# Beside the master ID, and of letters that differ: with fewer a password is soon guessed, however long it is.
_LEAST_BESIDE_THE_MASTER_ID: Final = 6
_LEAST_DIFFERENT: Final = 4
# Longer than any account's; and what is looked up in the place of one that no database could hold.
_LONGEST_MASTER_ID: Final = 100
_NOBODY: Final = ""
_NETWORK_OF_ONE_CALLER: Final = 64

# The commonest of twelve characters and more, after the lists of leaked passwords; shorter ones are refused anyway.
_RUNS: Final = (
    "01234567890123456789012345678901234567890",
    "98765432109876543210987654321098765432109",
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertyuiop[]asdfghjkl;'zxcvbnm,./",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
)
_COMMON_WORDS: Final = """
    123456789abc 123456789qwe 123456789abcdef 123qwe123qwe 123qweasdzxc 1234567890qwe 1234qwerasdf 1234qwerasdfzxcv
    abc123456789 abcd12345678 abcdef123456 admin1234567 admin12345678 administrator administrator1 adminadminadmin
    alexander123 asdfghjkl123 basketball123 changemechangeme changeme1234 christopher1 computer1234 dragon123456
    football1234 iloveyou1234 iloveyou12345 iloveyouforever iloveyousomuch letmein12345 letmeinletmein manchester123
    michael12345 minecraft123 monkey123456 mypassword123 p@ssw0rd1234 pa$$w0rd1234 password1234 password12345
    password123456 password1234567 password12345678 password123456789 passwordpassword passw0rd1234 princess1234
    qazwsxedcrfv qazwsxedc123 qwerty123456 qwerty1234567 qwerty12345678 qwertyqwerty qwertyuiop12 qwertyuiop123
    qwertyuiop1234 sakura123456 secret123456 starwars1234 sunshine1234 superman1234 temporary123 test12345678
    testtesttest trustno1trustno1 welcome12345 welcome123456 zaq12wsxcde3 zaq12wsxzaq1 zxcvbnm12345 zxcvbnm123456
    correcthorsebatterystaple
"""
_COMMONEST: Final = frozenset(_COMMON_WORDS.split())


class Unfit(Enum):
    """Why a text cannot be a password."""

    TOO_SHORT = auto()
    TOO_LONG = auto()
    LIKE_MASTER_ID = auto()
    TOO_COMMON = auto()


def normal(password: SecretStr) -> SecretStr:
    """The password in the one form of its letters (NFKC), so that it is the same from every keyboard."""
    return SecretStr(unicodedata.normalize("NFKC", password.get_secret_value()))


def why_unfit(master_id: str, password: SecretStr) -> Unfit | None:
    """Why a text cannot be the account's password; None where it can. What letters it is made of is its owner's."""
    if is_too_long(password):
        return Unfit.TOO_LONG
    text = normal(password).get_secret_value()
    if len(text) < LEAST_CHARACTERS:
        return Unfit.TOO_SHORT
    folded, owner = text.casefold(), master_id.casefold()
    if owner in folded and len(folded.replace(owner, "")) < _LEAST_BESIDE_THE_MASTER_ID:
        return Unfit.LIKE_MASTER_ID
    if len({*folded}) < _LEAST_DIFFERENT or folded in _COMMONEST or any(folded in run for run in _RUNS):
        return Unfit.TOO_COMMON
    return None


def is_too_long(password: SecretStr) -> bool:
    """Whether it is longer than a password can be, so that it is not even hashed."""
    given = password.get_secret_value()
    return len(given) > MOST_BYTES or byte_length(normal(password).get_secret_value()) > MOST_BYTES


def wait_after(failures: int) -> timedelta:
    """How long to wait before the next attempt after a number of failures in a row."""
    if failures <= FREE_FAILURES:
        return timedelta(0)
    doublings = min(failures - FREE_FAILURES - 1, 20)  # more would in the end be too long a time for Python
    return min(timedelta(seconds=1 << doublings), LONGEST_WAIT)


def possible_master_id(typed: str) -> str:
    """What somebody typed as a master ID, or that of nobody, where no account can have it."""
    return typed if is_storable(typed) and len(typed) <= _LONGEST_MASTER_ID else _NOBODY


def account_subject(master_id: str) -> str:
    """Under which name an account's failures are counted; not its own, since people type their password there too."""
    return f"account {hashlib.sha256(master_id.encode()).hexdigest()}"


def browser_subject(number: str) -> str:
    """Under which name those of a browser are, in which the account had the session of that number."""
    return f"browser {number}"


def address_subject(address: str) -> str:
    """Under which name an address's are; one caller has a whole network of IPv6 addresses."""
    try:
        found = ip_address(address)
    except ValueError:
        return "address unknown"
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or IPv6Address(int(found) >> _NETWORK_OF_ONE_CALLER << _NETWORK_OF_ONE_CALLER)
    return f"address {found}"
