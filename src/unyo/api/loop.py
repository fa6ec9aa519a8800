"""uvloop's event loop, in which TLS has little time to begin and to end."""

import asyncio
from typing import Any

import uvloop


class Loop(uvloop.Loop):
    """uvicorn makes it by its name, and leaves these times at the loop's own: a minute, and half of one."""

    handshake_seconds: float = 10.0
    shutdown_seconds: float = 2.0

    async def create_server(self, *args: Any, **options: Any) -> asyncio.Server:
        """Listen, as `asyncio` does."""
        if options.get("ssl") is not None:
            options["ssl_handshake_timeout"] = self.handshake_seconds
            options["ssl_shutdown_timeout"] = self.shutdown_seconds
        return await super().create_server(*args, **options)  # type: ignore[return-value]  # uvloop's name for it
