"""The messages of a call, read before the desk reads them, and of an answer, kept before the caller hears it."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.types import Message, Receive, Send

from unyo.api.http import BODY_SECONDS, MAX_BODY_BYTES

# What is longer, or does not come, is passed on as it comes: the desk refuses it.
_LONGEST: Final = 2 * MAX_BODY_BYTES


async def read_ahead(receive: Receive) -> tuple[bytes, Receive]:
    """A call's body, as far as it is looked at, and what gives the desk the same messages again."""
    read: list[Message] = []
    content = b""
    with suppress(TimeoutError):
        async with asyncio.timeout(BODY_SECONDS):
            while len(content) <= _LONGEST:
                read.append(message := await receive())
                content += message.get("body", b"")
                if not message.get("more_body"):
                    break
    waiting = iter(read)

    async def _again() -> Message:
        return next(waiting, None) or await receive()

    return content, _again


@dataclass(slots=True)
class Kept:
    """What the desk answered, kept until it is known what the caller hears of it."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    async def keep(self, message: Message) -> None:
        """Take a message that was meant for the caller."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self.body += message.get("body", b"")

    async def send(self, send: Send) -> None:
        """Send it on."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})

    @property
    def is_success(self) -> bool:
        """Whether the desk did what it was asked."""
        return "ErrorType" not in (self.inside() or {"ErrorType": ""})

    def inside(self) -> Mapping[str, Any] | None:
        """What stands inside the envelope; None where there is none."""
        try:
            envelope = json.loads(self.body)
        except ValueError:
            return None
        found = next(iter(envelope.values()), None) if isinstance(envelope, dict) else None
        return found if isinstance(found, dict) else None
