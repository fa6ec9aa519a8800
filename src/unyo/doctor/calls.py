"""A real signed call: to the server that is running, or to one in this process where none is."""

import asyncio
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx2

from unyo.bootstrap.clock import system_clock
from unyo.bootstrap.desk import open_desk
from unyo.config.settings import Settings
from unyo.storage.directory import DirectoryCache
from unyo.storage.engine import Engines
from unyo.storage.keyring import Keyring
from unyo.uom import codec
from unyo.uom.actions import ACTIONS
from unyo.uom.envelopes import CONTENT_TYPE
from unyo.uom.signature import SignedCall, signed_headers

from .findings import Finding, bad, doubtful, good

_ABOUT: Final = "signed call"
_ACTION: Final = ACTIONS["GetTicketList"]
_SECONDS: Final = 5
_EXPIRES_IN: Final = timedelta(minutes=5)
_FAR_APART: Final = timedelta(seconds=5)
_EVERY_ADDRESS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - they are told apart, not listened on


@dataclass(frozen=True, slots=True)
class _Signer:
    """A member of a service who has an access key."""

    service_code: str
    master_id: str
    access_key: str
    secret_key: str = field(repr=False)


def signed_call(engines: Engines, keyring: Keyring, settings: Settings) -> Iterator[Finding]:
    """Ask for the list of tickets in the name of a member that has an access key.

    Raises:
        StorageFailed: the database does not answer.
    """
    signer = _any_signer(engines, keyring)
    if signer is None:
        yield doubtful(
            _ABOUT, "no member of any service has an access key", "give one with `unyo role add` and `unyo key add`"
        )
        return
    url = _address(settings)
    try:
        answer = httpx2.post(url + _ACTION.path, timeout=_SECONDS, verify=_anybody(), **_call(signer))
    except httpx2.ConnectError:
        yield good("server", f"none is running at {url}; the call is made within this process")
        yield from _judged(asyncio.run(_in_process(engines, keyring, signer)), "an application in this process")
    except httpx2.HTTPError as error:
        yield bad("server", f"{url} did not answer: {type(error).__name__}", "look into its log, and restart it")
    else:
        yield from _judged(answer, url)


def _any_signer(engines: Engines, keyring: Keyring) -> _Signer | None:
    directory = DirectoryCache(engines.reading).current()
    for service in directory.services.values():
        for key in directory.keys.values():
            if key.owner in service.members:
                return _Signer(service.code, key.owner, key.access_key, keyring.unseal(key.sealed_secret))
    return None


def _address(settings: Settings) -> str:
    scheme = "http" if settings.tls_cert is None else "https"
    host = _EVERY_ADDRESS.get(settings.host, settings.host)
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _anybody() -> ssl.SSLContext:
    """Trust in whatever answers: a certificate names the server as others call it, and a call holds no secret."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _call(signer: _Signer) -> dict[str, Any]:
    body = {"ServiceCode": signer.service_code, "MasterID": signer.master_id, "Limit": "1"}
    headers = {"Content-Type": CONTENT_TYPE}
    call = SignedCall("POST", _ACTION.path, headers.items())
    headers |= signed_headers(call, signer.access_key, signer.secret_key, system_clock() + _EXPIRES_IN)
    return {"content": codec.encode(body), "headers": headers}


async def _in_process(engines: Engines, keyring: Keyring, signer: _Signer) -> httpx2.Response:
    desk = open_desk(engines, keyring)
    try:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(desk.app), base_url="http://doctor") as client:
            return await client.post(_ACTION.path, **_call(signer))
    finally:
        desk.writer.close()


def _judged(answer: httpx2.Response, who: str) -> Iterator[Finding]:
    if "x-unyo-version" not in answer.headers:
        yield bad("server", f"what answers at {who} is not unyo", "take another port, or stop the other program")
        return
    if _ACTION.name + "Response" in answer.text:
        yield good(_ABOUT, f"{who} answers it")
    else:
        yield bad(_ABOUT, f"{who} refuses it: {answer.text}", "is it the server of this very database and key file?")
    if date := answer.headers.get("date"):
        apart = abs(system_clock() - parsedate_to_datetime(date))
        if apart > _FAR_APART:
            yield doubtful("clock", f"the server's is {apart.total_seconds():.0f} s off this one", "set both right")
