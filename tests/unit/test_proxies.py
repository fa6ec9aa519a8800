"""Whom a proxy speaks for: believed of trusted ones only, and as far as they reach."""

import asyncio
from collections.abc import Sequence

import httpx2
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from unyo.api.proxies import BehindProxies
from unyo.config.settings import Settings, networks, trouble_in

TRUSTED = networks("10.0.0.0/8, 192.0.2.7,2001:db8::/32")
PROXY, CALLER, STRANGER = "10.1.2.3", "198.51.100.9", "203.0.113.5"


async def _tell_caller(scope: Scope, receive: Receive, send: Send) -> None:
    host, port = scope["client"]
    await PlainTextResponse(f"{host} {port}")(scope, receive, send)


def caller(peer: str, *told: str) -> str:
    """The caller's address and port, as the application sees them."""

    async def _ask() -> str:
        carried = httpx2.ASGITransport(BehindProxies(_tell_caller, TRUSTED), client=(peer, 4711))
        headers = [("X-Forwarded-For", each) for each in told]
        async with httpx2.AsyncClient(transport=carried, base_url="http://desk") as client:
            return (await client.get("/", headers=headers)).text

    return asyncio.run(_ask())


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([CALLER], CALLER),
        ([f"{CALLER}:1234"], CALLER),
        ([f" {CALLER} "], CALLER),
        (["[2001:db9::5]:80"], "2001:db9::5"),
        (["2001:db9::5"], "2001:db9::5"),
        ([f"{CALLER}, 192.0.2.7, 10.9.9.9"], CALLER),
        ([f"{STRANGER}, {CALLER}"], CALLER),
        ([STRANGER, CALLER, "192.0.2.7"], CALLER),
        (["10.5.5.5, 10.6.6.6"], "10.5.5.5"),
        ([f"::ffff:{CALLER}"], CALLER),
    ],
    ids=str,
)
def test_a_trusted_proxy_is_believed_as_far_as_trusted_ones_tell(told: Sequence[str], expected: str) -> None:
    assert caller(PROXY, *told) == f"{expected} 0"


@pytest.mark.parametrize("peer", [STRANGER, "192.0.2.8", "2001:db9::1", "", "no address"])
def test_others_are_not_believed(peer: str) -> None:
    assert caller(peer, CALLER) == f"{peer} 4711"


@pytest.mark.parametrize(
    "told",
    [
        "",
        ",",
        "unknown",
        "_hidden",
        "x" * 5000,
        "10.0.0.1 GET /r/ 200 OK",
        "\x0b\x1b[31m",
        "[",
        ":",
        "1.2.3",
        "fe80::1%any text",
    ],
)
def test_what_is_no_address_never_becomes_one(told: str) -> None:
    assert caller(PROXY, told) == f"{PROXY} 4711"
    assert caller(PROXY, f"{CALLER}, {told}, 192.0.2.7") == "192.0.2.7 0"


def test_without_the_header_the_proxy_itself_calls() -> None:
    assert caller(PROXY) == f"{PROXY} 4711"


@pytest.mark.parametrize("listed", ["10.0.0.0/33", "proxy.example", "10.1.2.3/8", "10.0.0.1 10.0.0.2"])
def test_a_list_that_names_no_networks_is_refused(listed: str) -> None:
    (told,) = trouble_in(Settings(trusted_proxies=listed))
    assert told.startswith("trusted_proxies takes addresses and networks")
    assert listed in told


def test_an_empty_list_trusts_nobody() -> None:
    assert networks(" , ") == []
    assert trouble_in(Settings()) == []
