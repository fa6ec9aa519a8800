"""`make screenshots`: the portal's pages in Debian's Chromium, as docs/images shows them.

They show the demonstration's tickets on one fixed day, each look on a desk of its own, so that they come out the same.
"""

import io
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import typer
from PIL import Image
from playwright.sync_api import Page, expect

from support.browsers import LOOKS, Chromium, Look, chromium, fill_with_the_demonstration, served_copy
from support.clock import Clock
from support.desks import DeskUnderTest
from support.portal import signed_in
from unyo.cast import SATO, SUZUKI, YAMADA, Actor

FOLDER: Final = Path(__file__).parents[1] / "docs" / "images"
_TICKET: Final = "/tickets/UTM123512"
_CHANGED: Final = "UTM123509"
_AWAITING: Final = "/tickets/UTM123514"
_HEIGHTS: Final = {1280: 800, 390: 844}
_COLOURS: Final = 256
_VIEWS: Final = (("認証・VPN", "words=認証"), ("優先度 高", "state=open&priority=高&sort=limit_date"))


def _nothing(page: Page, desk: DeskUnderTest) -> None:
    pass


@dataclass(frozen=True)
class Picture:
    """A page, who sees it, and what is done there before it is taken."""

    name: str
    path: str
    who: Actor | None = YAMADA
    does: Callable[[Page, DeskUnderTest], None] = _nothing
    in_english: bool = False

    def file(self, look: Look) -> str:
        """Its name in the folder."""
        english = "-en" if look.language == "en" else ""
        return f"{self.name}-{look.width}-{look.theme}{english}.png"


def _shows_differences(page: Page, desk: DeskUnderTest) -> None:
    first = "サイト間の通信許可が片方向のみだったため、レプリケーションに失敗した。"
    then = "サイト間の通信許可が東京から大阪への片方向のみだったため、レプリケーションに失敗した。手順書を改めた。"
    assert desk.update(_CHANGED, actor=SATO, Cause=first).error is None
    desk.clock.move(minutes=20)
    assert desk.update(_CHANGED, actor=YAMADA, Cause=then, Priority="中").error is None
    page.reload()
    # Numbers by chance, which would be others each time.
    page.locator(".request").evaluate_all(
        "all => all.forEach((it, at) => it.textContent = `0ae5b814-ed58099c-cd4b2e74-d4292993-6d2b36e${at}`)"
    )


def _shows_memos(page: Page, _: DeskUnderTest) -> None:
    page.locator("#memos").evaluate("it => it.scrollIntoView()")


def _sends_what_is_wrong(page: Page, _: DeskUnderTest) -> None:
    page.fill("[name=Title]", "")
    page.fill("[name=NodeName]", "vpn-tokyo-01, " * 80)
    page.locator("[data-send]").click()
    expect(page.locator(".summary")).to_be_focused()


def _meets_somebody_else(page: Page, desk: DeskUnderTest) -> None:
    page.fill("[name=Cause]", "認証サーバの中間証明書の期限切れ。更新手順の漏れ。")
    page.fill("[name=Influence]", "在宅勤務者 約200名")
    changes = {"Cause": "認証サーバの中間証明書の期限切れ(3月31日)", "Priority": "中"}
    assert desk.update("UTM123512", actor=SATO, **changes).error is None
    page.locator("[data-send]").click()
    expect(page.locator(".summary")).to_be_focused()


def _asks_for_the_close(page: Page, _: DeskUnderTest) -> None:
    page.locator("#approval summary").first.click()
    page.locator("#approval textarea").fill("証明書を更新し、接続を確認しました。クローズをお願いします。")
    page.locator("#approval").evaluate("it => it.scrollIntoView()")


def _opens_the_palette(page: Page, _: DeskUnderTest) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("vpn")
    page.locator("#palette [data-part=palette_tickets] [role=option]").first.wait_for()


def _opens_the_help(page: Page, _: DeskUnderTest) -> None:
    page.keyboard.press("?")
    page.locator("#keys").wait_for()


PICTURES: Final = (
    Picture("sign-in", "/sign-in", None, in_english=True),
    Picture("my-work", "/", in_english=True),
    Picture("list", "/tickets", in_english=True),
    Picture("list-filtered", "/tickets?state=open&priority=高&sort=limit_date"),
    Picture("ticket", _TICKET, in_english=True),
    Picture("memos", "/tickets/UTM123501", does=_shows_memos),
    Picture("history", f"/tickets/{_CHANGED}/history", does=_shows_differences),
    Picture("new", "/tickets/new?kind=1"),
    Picture("edit-faults", f"{_TICKET}/edit", does=_sends_what_is_wrong),
    Picture("approval-request", _TICKET, SATO, _asks_for_the_close),
    Picture("approval", _AWAITING),
    Picture("settings", "/settings"),
    Picture("palette", "/", does=_opens_the_palette),
    Picture("keys", "/tickets", does=_opens_the_help),
    Picture("not-found", "/tickets/UTM999999", SUZUKI),
    # The last, since it changes the ticket.
    Picture("conflict", f"{_TICKET}/edit", does=_meets_somebody_else),
)
"""Every picture, in the order in which it is taken."""


def looks_of(picture: Picture) -> Iterator[Look]:
    """Both widths and both themes in Japanese; of a few pages also one in English."""
    for look in LOOKS:
        if look.language == "ja" or (picture.in_english and look.theme == "light"):
            yield replace(look, height=_HEIGHTS[look.width])


def take(browser: Chromium, template: Path, look: Look, folder: Path, names: set[str]) -> None:
    """Take one look's pictures."""
    with TemporaryDirectory() as scratch, served_copy(template, Path(scratch), Clock()) as desk:
        for name, query in _VIEWS:
            signed_in(desk).post("/views", {"name": name, "query": query})
        for picture in PICTURES:
            if look in looks_of(picture) and (not names or picture.name in names):
                with browser.seat(desk, picture.who, look) as seat:
                    page = seat.page(picture.path)
                    picture.does(page, desk)
                    page.mouse.move(0, 0)
                    taken = page.screenshot(animations="disabled")
                (folder / picture.file(look)).write_bytes(_small(taken))


def _small(png: bytes) -> bytes:
    """The same picture with few colours."""
    packed = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        few = image.convert("RGB").quantize(_COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(packed, "PNG", optimize=True)
    return packed.getvalue()


def main(names: Annotated[list[str] | None, typer.Argument()] = None, folder: Path = FOLDER) -> None:
    """Take every picture, or those that are named."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as opened:
        template = Path(opened.enter_context(TemporaryDirectory())) / "demo.db"
        fill_with_the_demonstration(template)
        os.environ["LANGUAGE"] = "ja"  # of the browser's own words, such as those in an input of a date
        browser = opened.enter_context(chromium())
        for look in dict.fromkeys(look for picture in PICTURES for look in looks_of(picture)):
            take(browser, template, look, folder, set(names or ()))
            typer.echo(f"taken: {look}")


if __name__ == "__main__":
    typer.run(main)
