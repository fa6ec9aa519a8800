"""What both clients tell httpx2, and how its answers and errors are read."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from typing import Final

import httpx2

from unyo import __version__

from .errors import NoAnswer, NotReached, TransportError, WrongCredentials
from .steps import Arrived, Send

DEFAULT_TIMEOUT: Final = 30.0
# Raised before a byte of the call has left.
_NOT_SENT: Final = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)


def time_out(seconds: float) -> httpx2.Timeout:
    """There always is one.

    Raises:
        ValueError: it is no time.
    """
    if not 0 < seconds < inf:
        raise ValueError("a time-out is a number of seconds, and more than none")
    return httpx2.Timeout(seconds)


@contextmanager
def usable(endpoint: str) -> Iterator[None]:
    """Tell what httpx2 cannot make a client of: the endpoint, or what the environment says of proxies and authorities.

    Raises:
        WrongCredentials: it cannot be used.
    """
    try:
        yield
    except (httpx2.InvalidURL, ImportError, OSError, ValueError) as error:
        places = "the endpoint, and the environment's *_PROXY and SSL_CERT_*"
        raise WrongCredentials(f"{endpoint} cannot be called ({error}): are {places}, right?") from error


def trust(endpoint: str) -> ssl.SSLContext | bool:
    """Whom to trust: the usual authorities, whose reading takes its time; nobody where no TLS is spoken."""
    return True if endpoint.lower().startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def headers() -> dict[str, str]:
    """What every call carries."""
    return {"User-Agent": f"unyo/{__version__}", "Accept": "application/json"}


def sent(step: Send) -> httpx2.Headers:
    """A call's headers, in a form that shows nobody the signature."""
    return httpx2.Headers(step.headers)


def arrived(response: httpx2.Response) -> Arrived:
    """An answer, read to its end."""
    return Arrived(
        response.status_code, {name.lower(): value for name, value in response.headers.items()}, response.content
    )


def explained(error: httpx2.HTTPError, endpoint: str) -> TransportError:
    """Whether the call can have been carried out; the error's own text holds no header and no body."""
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, _NOT_SENT):
        return NotReached(f"{endpoint} cannot be reached ({what}): is the endpoint right, and does the server run?")
    return NoAnswer(f"{endpoint} gave no answer ({what})")
