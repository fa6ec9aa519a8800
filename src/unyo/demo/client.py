"""A signed call over real HTTP."""

from datetime import timedelta
from typing import Any

import httpx2

from unyo.bootstrap.clock import system_clock
from unyo.cast import Actor
from unyo.uom import codec
from unyo.uom.actions import ACTIONS
from unyo.uom.signature import SignedCall, signed_headers

from .sample import CONTENT_TYPE

_EXPIRES_IN = timedelta(hours=1)


def call(client: httpx2.Client, actor: Actor, action: str, body: dict[str, Any]) -> httpx2.Response:
    """Send one action, signed with the actor's key."""
    path = ACTIONS[action].path
    headers = {"Content-Type": CONTENT_TYPE}
    signed = signed_headers(
        SignedCall("POST", path, headers.items()),
        actor.key.access_key,
        actor.key.secret_key,
        system_clock() + _EXPIRES_IN,
    )
    return client.post(path, content=codec.encode(body), headers=headers | signed)
