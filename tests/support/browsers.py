"""People at the portal in a real browser: Chromium, driven by Playwright, on a desk that is served on loopback."""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from unyo.cast import YAMADA, Actor
from unyo.demo.prepare import prepare

from .clock import START, Clock
from .desks import DeskUnderTest, OverHttp, desk_on
from .portal import COOKIE, signed_in
from .tools import needs

# A page that goes on while something is still under way ends that.
_GONE_ON: Final = "net::ERR_ABORTED"
# The browser's own word on answers that are no success: which of them are faults is told by `_answered`. And htmx's
# on requests that a newer one has taken the place of: what fails by itself is told by `_failed`.
_NO_FAULT: Final = (
    "Failed to load resource: the server responded with a status of 4",
    "htmx:afterRequest",
    "htmx:sendAbort",
    # A stream that was asked for just before its session ended is led to the sign-in.
    'EventSource\'s response has a MIME type ("text/html")',
)
_VIOLATIONS: Final = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
# A page may be slow on a machine with much else to do; what is quick is not waited for any longer.
_SECONDS: Final = 30


@dataclass(frozen=True)
class Look:
    """How somebody sees the portal; the width and height are CSS pixels."""

    language: Literal["ja", "en"] = "ja"
    theme: Literal["light", "dark"] = "light"
    width: int = 1280
    height: int = 900
    density: float = 1
    has_scripts: bool = True
    has_touch: bool = False

    def __str__(self) -> str:
        return f"{self.language}-{self.theme}-{self.width}"


PLAIN: Final = Look()
LOOKS: Final = tuple(
    replace(PLAIN, language=language, theme=theme, width=width)
    for language in ("ja", "en")
    for theme in ("light", "dark")
    for width in (1280, 390)
)
"""Both languages, both themes, a laptop and a phone."""


@dataclass
class Seat:
    """Somebody's browser; what went wrong in it is collected in ``faults``, which a test that expects some empties."""

    context: BrowserContext
    faults: list[str] = field(default_factory=list)

    def page(self, path: str = "") -> Page:
        """A tab of its own, at a path of the portal."""
        made = self.context.new_page()
        if path:
            made.goto(path)
        return made

    def watch(self, page: Page) -> None:
        """Write down what goes wrong in a tab."""
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_NO_FAULT):
            self.faults.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        if request.failure != _GONE_ON:
            self.faults.append(f"{request.method} {request.url}: {request.failure}")

    def _answered(self, answer: Response) -> None:
        is_page = answer.request.resource_type in {"document", "fetch", "xhr"}
        if answer.status >= (500 if is_page else 400):
            self.faults.append(f"{answer.request.method} {answer.url}: {answer.status}")


class Chromium:
    """The browser of this process; each seat in it is apart from all others."""

    def __init__(self, start: Callable[[], Browser], loop: asyncio.AbstractEventLoop) -> None:
        self._start = start
        self._browser = start()
        self._loop = loop

    @contextmanager
    def seat(self, desk: DeskUnderTest, actor: Actor | None = YAMADA, look: Look = PLAIN) -> Iterator[Seat]:
        """Somebody of the cast, signed in (None: nobody), at a served desk; fails where anything went wrong."""
        assert isinstance(desk.transport, OverHttp)
        url = f"http://127.0.0.1:{desk.transport.port}"
        with self._driven():
            if not self._browser.is_connected():  # it crashed: that is the matter of that test alone
                self._browser = self._start()
            context = self._browser.new_context(
                base_url=url,
                locale={"ja": "ja-JP", "en": "en-US"}[look.language],
                timezone_id="Asia/Tokyo",
                color_scheme=look.theme,
                reduced_motion="reduce",
                viewport={"width": look.width, "height": look.height},
                device_scale_factor=look.density,
                java_script_enabled=look.has_scripts,
                has_touch=look.has_touch,
            )
            try:
                context.set_default_timeout(_SECONDS * 1000)
                context.add_init_script(_VIOLATIONS)
                if actor is not None:
                    token = signed_in(desk, actor, look.language).cookie
                    context.add_cookies([{"name": COOKIE, "value": token, "url": url}])
                taken = Seat(context)
                context.on("page", taken.watch)
                yield taken
            finally:
                context.close()
        assert not taken.faults, "\n".join(taken.faults)

    @contextmanager
    def _driven(self) -> Iterator[None]:
        """Let Playwright have this thread, whose loop says that it runs as long as it does not say otherwise."""
        before = asyncio.events._get_running_loop()  # noqa: SLF001 - asyncio publishes it to those who bring a loop
        asyncio.events._set_running_loop(self._loop)  # noqa: SLF001 - likewise
        try:
            yield
        finally:
            asyncio.events._set_running_loop(before)  # noqa: SLF001 - likewise


@contextmanager
def chromium() -> Iterator[Chromium]:
    """Start Debian's Chromium; no test beside those that use it notices Playwright's event loop."""
    needs("chromium")
    with ExitStack() as opened:
        playwright = opened.enter_context(sync_playwright())
        loop = asyncio.get_running_loop()

        def _start() -> Browser:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"),
                # Root has no sandbox to be in.
                args=["--no-sandbox"] if os.geteuid() == 0 else [],
            )
            opened.callback(browser.close)
            return browser

        started = Chromium(_start, loop)
        expect.set_options(timeout=_SECONDS * 1000)
        asyncio.events._set_running_loop(None)  # noqa: SLF001 - asyncio publishes it to those who bring a loop
        try:
            yield started
        finally:
            asyncio.events._set_running_loop(loop)  # noqa: SLF001 - likewise


def fill_with_the_demonstration(file: Path) -> None:
    """Make an SQLite database with the cast and the demonstration's tickets, as of the day on which tests begin."""
    engines, _ = prepare(f"sqlite:///{file}", START.date())
    engines.dispose()


@contextmanager
def served_copy(template: Path, folder: Path, clock: Clock | None = None) -> Iterator[DeskUnderTest]:
    """A desk on a copy of an SQLite database, served on loopback."""
    copy = folder / "desk.db"
    shutil.copy(template, copy)
    with desk_on(f"sqlite:///{copy}", "over HTTP", clock=clock) as desk:
        yield desk
