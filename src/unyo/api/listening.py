"""The address that a server is to listen on, tried before anything is opened for it."""

import socket
from contextlib import closing
from typing import Any


class Unreachable(Exception):
    """Nobody can listen there; the message says why and what to do."""


def check_address(host: str, port: int) -> None:
    """See that one can listen on a host and port.

    Raises:
        Unreachable: one cannot, on none of the host's addresses.
    """
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise Unreachable(_said(host, port, error)) from None
    failures = [error for error in map(_tried, places) if error]
    if len(failures) == len(places):
        raise Unreachable(_said(host, port, failures[0]))


def _tried(place: tuple[Any, ...]) -> OSError | None:
    family, kind, protocol, _, address = place
    try:
        with closing(socket.socket(family, kind, protocol)) as tried:
            # As the server will: a connection of the one before may still linger.
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except OSError as error:
        return error
    return None


def _said(host: str, port: int, error: OSError) -> str:
    return (
        f"cannot listen on {host}, port {port}: {error.strerror}. Name another one by host and port, or stop the "
        "program that has it"
    )
