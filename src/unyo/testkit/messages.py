"""The messages of a call, read before the desk reads them, and of an answer, kept before the caller hears it."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.types import Message, Receive, Send

from unyo.api.http import BODY_SECONDS, MAX_BODY_BYTES

# What is longer, or does not come, is passed on as it comes: the desk refuses it.
_LONGEST: Final = 2 * MAX_BODY_BYTES


async def read_ahead(receive: Receive) -> list[Message]:
    """A call's messages until its body is complete, or is one that the desk will not look at."""
    messages: list[Message] = []
    size = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(BODY_SECONDS):
            while size <= _LONGEST:
                messages.append(message := await receive())
                size += len(message.get("body", b""))
                if not message.get("more_body"):
                    break
    return messages


def replayed(messages: Sequence[Message], receive: Receive) -> Receive:
    """Gives the same messages again, and then what there is to receive."""
    waiting = iter(messages)

    async def _again() -> Message:
        return next(waiting, None) or await receive()

    return _again


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
