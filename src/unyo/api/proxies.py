"""Proxies before the server, which tell whom they speak for: believed only where they are trusted by their address."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from starlette.types import ASGIApp, Receive, Scope, Send

_Address = IPv4Address | IPv6Address


class BehindProxies:
    """Makes the caller's address the one that trusted proxies tell in X-Forwarded-For.

    Each proxy adds at its end whom it was called by. So it is read from the end, as far as those who tell are
    trusted: what stands before that may be anybody's invention. What is no address is never taken for one.
    """

    def __init__(self, app: ASGIApp, trusted: Sequence[IPv4Network | IPv6Network]) -> None:
        self._app = app
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        if scope["type"] == "http" and scope.get("client"):
            host, port = scope["client"]
            caller = self._caller(host, scope["headers"])
            scope["client"] = (caller, port if caller == host else 0)
        await self._app(scope, receive, send)

    def _caller(self, peer: str, headers: Sequence[tuple[bytes, bytes]]) -> str:
        told = b",".join(value for name, value in headers if name == b"x-forwarded-for").decode("latin-1")
        caller, known = _address(peer), peer
        for entry in reversed(told.split(",")):
            if caller is None or not any(caller in network for network in self._trusted):
                break
            caller = _address(_without_port(entry.strip()))
            known = str(caller) if caller is not None else known
        return known


def _address(text: str) -> _Address | None:
    if "%" in text:
        return None  # a zone could be any text
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def _without_port(text: str) -> str:
    """An address as proxies write it: ``192.0.2.1``, ``192.0.2.1:4711``, ``2001:db8::1``, ``[2001:db8::1]:4711``."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
