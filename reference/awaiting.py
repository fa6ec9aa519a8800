"""The client that awaits, made from the one that waits: nothing is said twice."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

_CLIENT: Final = Path(__file__).parents[1] / "src" / "unyo" / "client"
PATH: Final = _CLIENT / "aio.py"
_SOURCE: Final = _CLIENT / "sync.py"

# In their order; what stands in a string of documentation is replaced as well, and reads so.
_REPLACED: Final = (
    (r'^"""The client that waits; .*$', '"""The client that awaits; generated from `sync.py` by `make reference`."""'),
    (r"^import time$", "import asyncio"),
    (r"\btime\.sleep\b", "asyncio.sleep"),
    (r"\bself\._sleep\(", "await self._sleep("),
    (r"Callable\[\[float\], None\]", "Callable[[float], Awaitable[None]]"),
    (r"import Callable, Iterator,", "import AsyncIterator, Awaitable, Callable,"),
    (r"\bIterator\b", "AsyncIterator"),
    (r"httpx2\.BaseTransport", "httpx2.AsyncBaseTransport"),
    (r"httpx2\.Client\b", "httpx2.AsyncClient"),
    (r"\bClient\b(?!\()", "AsyncClient"),
    (r"\b(Line|Tickets|Memos)\b", r"Async\1"),
    (r"\bin a ``with`` block", "in an ``async with`` block"),
    (r"def __enter__", "async def __aenter__"),
    (r"def __exit__", "async def __aexit__"),
    (r"self\.close\(\)", "await self.close()"),
    (r"self\._line\.close\(\)", "await self._line.close()"),
    (r"self\._http\.close\(\)", "await self._http.aclose()"),
    (r"self\._http\.post\(", "await self._http.post("),
    (r"self\._line\.run\(", "await self._line.run("),
    (r"found := self\._post\(", "found := await self._post("),
    (r"self\._tickets\.update\(", "await self._tickets.update("),
    (r"  # noqa: UP028 - .*$", ""),
    (r"^    def (?!__init__|from_profile|__repr__)", "    async def "),
)


def awaiting() -> str:
    """The module."""
    text = _SOURCE.read_text(encoding="utf-8")
    for pattern, replacement in _REPLACED:
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    ruff = Path(sys.executable).with_name("ruff")
    done = subprocess.run([ruff, "format", "-"], input=text, capture_output=True, encoding="utf-8", check=True)  # noqa: S603 - the formatter of this virtual environment
    return done.stdout
