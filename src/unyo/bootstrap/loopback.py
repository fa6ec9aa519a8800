"""Where servers listen that nobody but this machine is to reach."""

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
        raise NotPossible(f"port {port} cannot be used ({error.strerror}): give another one with --port") from None
    return bound
