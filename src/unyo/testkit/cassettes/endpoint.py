"""The endpoint that is recorded: its address, and whom to trust that it is it."""

import ssl
from ipaddress import ip_address
from pathlib import Path

import httpx2


class WrongEndpoint(Exception):
    """No calls can be recorded there; the message says why."""


def check_endpoint(text: str) -> str:
    """The address without a slash at its end.

    Raises:
        WrongEndpoint: it is none, it holds more than host and port, or it is called in clear beyond this machine.
    """
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL:
        raise WrongEndpoint("the endpoint must be such as https://vendor.example") from None
    if url.userinfo:
        raise WrongEndpoint("the endpoint must hold no user and no password: calls are signed")
    if url.scheme not in {"http", "https"} or not url.host:
        raise WrongEndpoint("the endpoint must be such as https://vendor.example")
    if url.path not in {"", "/"} or url.query or url.fragment:
        raise WrongEndpoint(
            "the endpoint must end with its host or port: the signature covers the path, so none can be added"
        )
    if url.scheme == "http" and not _is_here(url.host):
        raise WrongEndpoint(
            "the endpoint must be called by https: only what runs on this machine may be called in clear"
        )
    return f"{url.scheme}://{url.netloc.decode()}"


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def whom_to_trust(ca_file: Path | None) -> ssl.SSLContext:
    """The usual authorities, or the one of that file instead.

    Raises:
        WrongEndpoint: the file holds no certificate.
        OSError: it cannot be read.
    """
    if ca_file is None:
        return ssl.create_default_context()
    ca_file.read_bytes()  # so that a missing file is told with its name
    try:
        return ssl.create_default_context(cafile=ca_file)
    except ssl.SSLError:
        raise WrongEndpoint(f"{ca_file} holds no certificate in PEM") from None
