"""Where servers listen that nobody but this machine is to reach."""

import os
import socket
from typing import Final

from unyo.storage.administration import NotPossible

LOOPBACK: Final = "127.0.0.1"


def bind(port: int) -> socket.socket:
    """A socket of this machine's own address; 0 takes a free port.

    Raises:
        NotPossible: the port is taken.
    """
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((LOOPBACK, port))
    except OSError as error:
        bound.close()
        raise not_usable(port, error) from None
    return bound


def not_usable(port: int, error: OSError) -> NotPossible:
    """What is said where a port cannot be listened on."""
    return NotPossible(f"port {port} cannot be used ({os.strerror(error.errno or 0)}): give another one with --port")
