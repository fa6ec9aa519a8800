"""Every page can be used by everybody: axe finds nothing (WCAG 2.2, A and AA), and at 200 % nothing is cut off."""

from collections.abc import Iterator, Mapping
from typing import Final, Literal

import pytest
from playwright.sync_api import Page

from support.accessibility import outside, violations
from support.browsers import Chromium, Look, Seat
from support.desks import INCIDENT, REQUEST, DeskUnderTest
from support.people import lobby
from unyo.cast import YAMADA, Actor
from unyo.portal.routes import ROUTES
from unyo.portal.who import Who
from unyo.services.people import Purpose

Language = Literal["ja", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("ja", "en")
THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
WIDTHS: Final = (1280, 390)
TICKET: Final = "/tickets/UTM{digits}"
# Addresses of pages: where a path has a parameter, and where one looks different by its query.
EXAMPLES: Final[Mapping[str, tuple[str, ...]]] = {
    "/link/{token}": ("/link/{sign-in}", "/link/{password}", "/link/used"),
    "/tickets": ("/tickets", "/tickets?overdue=1&words=%E6%8E%A5%E7%B6%9A", "/tickets?words=no-such-words"),
    "/tickets/new": ("/tickets/new", "/tickets/new?kind=1", "/tickets/new?kind=2"),
    TICKET: (f"/tickets/{INCIDENT}", f"/tickets/{REQUEST}", f"/tickets/{INCIDENT}?edit=1", "/tickets/UTM999999"),
    f"{TICKET}/edit": (f"/tickets/{INCIDENT}/edit", f"/tickets/{REQUEST}/edit"),
    f"{TICKET}/history": (f"/tickets/{INCIDENT}/history",),
    f"{TICKET}/memos": (f"/tickets/{INCIDENT}/memos",),
    f"{TICKET}/approval": (f"/tickets/{INCIDENT}/approval",),
}
PAGES: Final = tuple(
    (address, None if page.needs is Who.ANYONE else YAMADA)
    for page in ROUTES
    if page.shows and not page.is_asked_by_itself
    for address in EXAMPLES.get(page.path, (page.path,))
)
named = pytest.mark.parametrize(("address", "actor"), PAGES, ids=[address for address, _ in PAGES])
in_both = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def links(looked_at_desk: DeskUnderTest) -> Iterator[Mapping[str, str]]:
    """One-time links, which looking at does not use."""
    with lobby(looked_at_desk.url, clock=looked_at_desk.clock) as opened:
        yield {
            "{sign-in}": opened.link(purpose=Purpose.SIGN_IN).get_secret_value(),
            "{password}": opened.link().get_secret_value(),
        }


def filled_in(address: str, links: Mapping[str, str]) -> str:
    for name, token in links.items():
        address = address.replace(name, token)
    return address


def in_all_looks(page: Page) -> Iterator[str]:
    """The page in both themes and both widths, once it is all there."""
    page.wait_for_load_state()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            yield f"{theme}, {width} px"


def enlarged(page: Page) -> Iterator[str]:
    """The page on a laptop with 1280 pixels, when all on it is larger, or its text alone."""
    for percent in (200, 400):
        page.set_viewport_size({"width": 1280 * 100 // percent, "height": 900 * 100 // percent})
        yield f"{percent} %"
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    yield "text at 200 %"


def test_every_page_has_an_address_to_be_looked_at() -> None:
    assert not [address for address, _ in PAGES if "{digits}" in address or "{token}" in address]
    assert set(EXAMPLES) <= {page.path for page in ROUTES if page.shows}


@named
@in_both
def test_axe_finds_nothing_and_nothing_is_cut_off_where_all_is_larger(
    browser: Chromium,
    looked_at_desk: DeskUnderTest,
    links: Mapping[str, str],
    address: str,
    actor: Actor | None,
    language: Language,
) -> None:
    with browser.seat(looked_at_desk, actor, Look(language)) as seat:
        page = seat.page(filled_in(address, links))
        found = [f"{look}: {each}" for look in in_all_looks(page) for each in violations(page)]
        found += [f"{size}: {each}" for size in enlarged(page) for each in outside(page)]
    assert found == []


@in_both
def test_axe_finds_nothing_in_the_midst_of_work(
    browser: Chromium, shown_desk: DeskUnderTest, language: Language
) -> None:
    with browser.seat(shown_desk, look=Look(language)) as seat:
        found = [
            f"{where}: {look}: {each}"
            for where, page in _at_work(seat, shown_desk)
            for look in in_all_looks(page)
            for each in (*violations(page), *outside(page))
        ]
    assert found == []


def _at_work(seat: Seat, desk: DeskUnderTest) -> Iterator[tuple[str, Page]]:
    """Pages as they are after something was done on them."""
    page = seat.page("/tickets/new?kind=1")
    page.locator("main form [name=Title]").fill("長" * 300)
    page.locator("main form [data-send]").click()
    page.locator(".summary").wait_for()
    yield "a refused form", page
    page.close()  # what was typed is not sent, and nobody is asked about that
    page = seat.page(f"/tickets/{INCIDENT}/edit")
    page.locator("main form [name=Title]").fill("こちらの件名")
    assert desk.update(Title="あちらの件名").error is None
    page.locator("main form [data-send]").click()
    page.locator(".contest").wait_for()
    yield "a conflict", page
    page.close()
    page = seat.page(f"/tickets/{INCIDENT}?delete=1")
    yield "a memo about to be deleted", page
    page.goto(f"/tickets/{INCIDENT}")
    page.locator("[data-command=request-close]").click()
    yield "a step about to be taken", page
    page.locator(".step-form[open] select").select_option(YAMADA.master_id)
    page.locator(".step-form[open] form button.first").click()
    page.locator("[data-command=send-back]").click()
    yield "a ticket to be approved", page
    page.locator("#memo-text").fill("書きかけ")
    # As of a ticket that is out of sight: that is told alike.
    form = page.locator("#memos form").filter(has=page.locator("#memo-text"))
    form.evaluate("(it) => { it.action = '/tickets/UTM999999/memos'; }")
    form.locator("button.first").click()
    page.locator("textarea[readonly]").wait_for()
    yield "what could not be saved", page
    page.close()
    page = seat.page()
    page.goto("/tickets")
    page.locator("#filters > details.fold").evaluate("(each) => { each.open = true; }")  # it is closed on a phone
    menus = page.locator("details.drop").all()
    for menu in (*menus[:3], menus[-1]):
        menu.evaluate("(each) => { each.open = true; }")
        yield "an open filter", page
    page.goto("/nowhere")
    yield "no page", page
