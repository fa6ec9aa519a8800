"""Whether credentials can be called with, found out by a real signed call that reads nothing and changes nothing."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import httpx2
import typer
from rich.text import Text

from unyo.cli.showing import make_console
from unyo.client.calls import Calls
from unyo.client.clock import ServerClock
from unyo.client.credentials import Credentials
from unyo.client.errors import Answered, AuthFailure, NoTicketId, TransportError
from unyo.client.sync import Line
from unyo.client.transport import headers
from unyo.tickets.errors import Reason
from unyo.tickets.field_tables import TICKET_ID
from unyo.uom.envelopes import ERRORS

from .ending.exits import Exit
from .ending.sentences import explained

_PATIENCE: Final = 10.0
# Twice: a call is signed anew where only this machine's clock was wrong.
_TRIES: Final = 2
_NO_TICKET: Final = "UTM1"
_DOUBTFUL_OFFSET: Final = 30.0
_MARKS: Final = {"good": ("✓", "green"), "doubtful": ("!", "yellow"), "bad": ("✗", "bold red")}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one thing, and what to do about it; its status says whether, and how, it is bad."""

    about: str
    says: str
    mend: str = ""
    status: Exit = Exit.OK

    @property
    def level(self) -> str:
        """How it is marked."""
        return "bad" if self.status else "doubtful" if self.mend else "good"


def examine(who: Credentials, origins: Mapping[str, str]) -> Iterator[Finding]:
    """Call, and tell what was found; ``origins`` say where values come from."""
    if not is_private(who.endpoint):
        yield Finding("endpoint", f"{who.endpoint} is not encrypted: others can read the calls", "use https://")
    calls = Calls(who, ServerClock(), tries=_TRIES)
    line = Line(httpx2.Client(base_url=who.endpoint, timeout=_PATIENCE, headers=headers()), time.sleep)
    failure: Answered | TransportError | None = None
    try:
        line.run(calls.call("GetTicketDetail", {TICKET_ID.wire: _NO_TICKET}))
    except (Answered, TransportError) as error:
        failure = error
    finally:
        line.close()
    yield from _of_call(who, origins, calls, failure)


def show(findings: Iterator[Finding]) -> Exit:
    """Show findings as they come; the status is that of the last that is bad."""
    console, status = make_console(), Exit.OK
    for finding in findings:
        status = finding.status or status
        mark, style = _MARKS[finding.level]
        console.print(Text.assemble((f"{mark} ", style), (f"{finding.about:9} ", "bold"), finding.says))
        if finding.mend:
            console.print(Text.assemble(" " * 12, ("→ ", style), finding.mend))
    return Exit(status)


def _of_call(
    who: Credentials, origins: Mapping[str, str], calls: Calls, failure: Answered | TransportError | None
) -> Iterator[Finding]:
    if isinstance(failure, TransportError):
        yield Finding("endpoint", str(failure), "mend the endpoint, the network or the server", Exit.NETWORK)
        return
    yield from _of_server(who, calls)
    if isinstance(failure, AuthFailure):
        yield Finding(
            "key",
            f"the access key {who.access_key}{_from(origins, 'access_key')} or its secret"
            f"{_from(origins, 'secret_key')} is wrong, or the key is disabled",
            "`unyo login` replaces them in a profile",
            Exit.AUTH,
        )
        return
    if failure is None or isinstance(failure, NoTicketId):
        yield Finding("key", f"{who.access_key} with its secret is right")
        yield Finding("account", f"{who.master_id} may read in {who.service_code}")
    elif failure.message == ERRORS[Reason.NOT_A_MEMBER].message:
        yield Finding("key", f"{who.access_key} with its secret is right")
        yield Finding(
            "account",
            f"the key is not {who.master_id}'s, or {who.master_id} is not a member of {who.service_code}",
            "mend the master ID or the service code, or have the account added to the service",
            Exit.NO_RIGHT,
        )
    else:
        status, sentence = explained(failure)
        yield Finding("call", sentence, "", status)


def _of_server(who: Credentials, calls: Calls) -> Iterator[Finding]:
    which = "unyo" if calls.offers_extensions else "not unyo: list, history and options are not offered"
    yield Finding("endpoint", f"{who.endpoint} answers ({which})")
    seconds = calls.clock.offset.total_seconds()
    if abs(seconds) < _DOUBTFUL_OFFSET:
        yield Finding("clock", "agrees with the server's")
    else:
        way = "behind" if seconds > 0 else "ahead of"
        yield Finding(
            "clock",
            f"{abs(seconds):.0f} s {way} the server's; calls are corrected for it",
            "set this machine's clock (NTP)",
        )


def _from(origins: Mapping[str, str], name: str) -> str:
    return f" (from {origins[name]})" if name in origins else ""


def is_private(endpoint: str) -> bool:
    """Whether what is sent stays on this machine or is encrypted."""
    split = urlsplit(endpoint)
    host = split.hostname or ""
    if split.scheme == "https" or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def end(status: Exit) -> None:
    """End with a status that is not 0.

    Raises:
        typer.Exit: there is one.
    """
    if status is not Exit.OK:
        raise typer.Exit(status)
