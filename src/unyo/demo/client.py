"""A signed call over real HTTP, and the same as a command to paste."""

from datetime import timedelta
from typing import Any

import httpx2

from unyo.bootstrap import system_clock
from unyo.uom import codec
from unyo.uom.actions import ACTIONS
from unyo.uom.signature import METHOD, VERSION, SignatureMethod, SignedCall, signed_headers

from .cast import Actor
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


def shell_command(url: str, actor: Actor, action: str, body: dict[str, Any]) -> str:
    """The same call with curl and openssl."""
    path = ACTIONS[action].path
    method = SignatureMethod.HMAC_SHA256
    to_sign = rf"POST\n\n{CONTENT_TYPE}\nx-iijapi-expire:%s\n{METHOD}:{method}\n{VERSION}:2\n{path}"
    return f"""\
ACCESS_KEY='{actor.key.access_key}'
SECRET_KEY='{actor.key.secret_key}'
EXPIRE=$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)
SIGNATURE=$(printf '{to_sign}' "$EXPIRE" | openssl dgst -sha256 -hmac "$SECRET_KEY" -binary | base64)
curl -s '{url}{path}' \\
  -H 'Content-Type: {CONTENT_TYPE}' \\
  -H "x-iijapi-Expire: $EXPIRE" -H 'x-iijapi-SignatureMethod: {method}' -H 'x-iijapi-SignatureVersion: 2' \\
  -H "Authorization: IIJAPI $ACCESS_KEY:$SIGNATURE" \\
  -d '{codec.encode(body).decode()}'"""
