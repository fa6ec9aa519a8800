"""Somebody at the portal who works as people do: they find what there is by its name, in their own language."""

import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final, Literal
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

from unyo.cast import SATO, YAMADA, Actor
from unyo.portal.words.language import HOME, Language, Words, translations
from unyo.services.people import Purpose

from .browsers import Chromium, Look, Seat
from .desks import NEW_INCIDENT, DeskUnderTest
from .people import PASSWORD, lobby

Theme = Literal["light", "dark"]
WORDS = PASSWORD.get_secret_value()
"""The password of everybody who has one."""

COMPLETE: Final[Mapping[str, str]] = {
    **NEW_INCIDENT,
    "StateCode": "対応中",
    "SubStateCode": "対応中",
    "AssignUserId": SATO.master_id,
    "CorrespondLimitDate": "20260410180000",
    "CauseClassification": "調査中",
}
"""The parameters of an incident on which somebody works, and that lacks nothing for its close."""
# What has the focus, and whether one sees that: an outline, and nothing that lies over it.
_FOCUS: Final = """
() => {
  const it = document.activeElement;
  const ringed = it.matches("input[type=radio], input[type=checkbox]") ? [it, it.closest("label")] : [it];
  const drawn = ringed.filter(Boolean).some((each) => {
    const style = getComputedStyle(each);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  const box = it.getBoundingClientRect();
  const at = document.elementFromPoint(box.left + Math.min(box.width / 2, 40), box.top + Math.min(box.height / 2, 12));
  const name = `${it.tagName} ${(it.ariaLabel ?? it.textContent).trim().slice(0, 40)} ${it.name ?? ""}`;
  const top = `${Math.round(box.left)},${Math.round(box.top)}`;
  if (it === document.body) return "nothing has the focus";
  if (!drawn) return `no outline: ${name}`;
  if (!at || !(it.contains(at) || at.contains(it))) return `hidden: ${name} at ${top} by ${at?.outerHTML.slice(0, 80)}`;
  return "";
}
"""
_MOST_TABS: Final = 80


@dataclass
class Operator:
    """Somebody with a page of the portal before them."""

    actor: Actor
    page: Page
    words: Words

    # What they read.

    def text(self, english: str, **values: object) -> str:
        """What the portal says in their language where it says this in English."""
        said = self.words.gettext(english)
        return said % values if values else said

    def label(self, japanese: str) -> str:
        """What a field, a state or a choice of the tables is called in their language."""
        return self.words.meaning(japanese)

    def count(self, english: str, count: int) -> str:
        """Likewise of a number of things, by the word for one."""
        return translations(self.words.language).ungettext(english, "", count) % {"count": self.words.number(count)}

    # What they find.

    def button(self, english: str, **values: object) -> Locator:
        return self.page.get_by_role("button", name=self.text(english, **values), exact=True)

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("link", name=name, exact=True)

    def field(self, label: str) -> Locator:
        """An input by what it is called, whether or not it says that it is required."""
        # Playwright writes patterns between slashes.
        name = re.compile(rf"^{re.escape(label)}(\s+{re.escape(self.text('required'))})?$".replace("/", r"\/"))
        roles = [self.page.get_by_role(role, name=name) for role in ("textbox", "combobox", "searchbox")]
        return roles[0].or_(roles[1]).or_(roles[2])

    def table_field(self, japanese: str) -> Locator:
        """A field of a ticket's form by its name in the tables."""
        return self.field(self.label(japanese))

    def folded(self, name: str) -> Locator:
        """What opens a menu or a part of the page."""
        return self.main.locator("summary").get_by_text(name, exact=True)

    def heading(self, name: str) -> Locator:
        return self.page.get_by_role("heading", name=name)

    @property
    def main(self) -> Locator:
        """The page without its bar, and without what is only read out."""
        return self.page.get_by_role("main")

    @property
    def title(self) -> Locator:
        """The heading of the page."""
        return self.page.get_by_role("heading", level=1)

    def memo(self, number: int) -> Locator:
        return self.page.get_by_role("article", name=f"{self.text('Memo')} {number}", exact=True)

    # What they do.

    def go(self, path: str) -> None:
        self.page.goto(path)

    def open_ticket(self, ticket: str) -> None:
        self.go(f"/tickets/{ticket}")

    def press(self, english: str) -> None:
        self.button(english).click()

    def fill(self, japanese: str, text: str) -> None:
        """Type into a field of a ticket."""
        self.table_field(japanese).fill(text)

    def choose(self, japanese: str, choice: str) -> None:
        """Choose in a list of a ticket, by what the choice is called."""
        self.table_field(japanese).select_option(label=self.label(choice))

    def open_menu(self) -> None:
        """Open their menu, on a page that is there with all that listens to it."""
        self.page.wait_for_load_state()
        self.page.get_by_role("banner").locator("summary").click()

    def sign_out(self) -> None:
        self.open_menu()
        self.press("Sign out")
        expect(self.title).to_have_text(self.text("Sign in"))

    def sign_in(self, password: str) -> None:
        """Fill in the form that is there."""
        self.field(self.text("Master ID")).fill(self.actor.master_id)
        self.field(self.text("Password")).fill(password)
        self.press("Sign in")

    def register(self, kind: str, title: str) -> str:
        """Register a ticket of a kind with as little as there must be: its ID."""
        self.go("/tickets/new")
        self.page.get_by_role("link", name=re.compile(f"^{re.escape(self.text(kind))}")).click()
        self.fill("チケット件名", title)
        self.choose("サブステータス", "未対応")
        self.choose("優先度", "中")
        self.choose("担当グループ", "お客様")
        if kind == "Incident":
            self.choose("重要度", "中")
            self.choose("管理グループ", "制限しない")
        else:
            self.choose("カテゴリ", "カテゴリ1")
        self.press("Register")
        return self.sees_registered()

    def ask_for_close(self, ticket: str, comment: str) -> None:
        """Ask Yamada to approve the close of a ticket."""
        self.open_ticket(ticket)
        self.folded(self.text("Request close")).click()
        self.field(self.text("Approver")).select_option(label=f"{YAMADA.name} ({YAMADA.master_id})")
        self.field(self.text("Comment (kept as a memo)")).fill(comment)
        self.press("Request close")
        self.sees_state("クローズ承認待ち")

    # What they see.

    def sees_saved(self) -> None:
        expect(self.main.get_by_text(self.text("Saved."), exact=True)).to_be_visible()

    def sees_registered(self) -> str:
        """The ID of the ticket that was just registered."""
        expect(self.main.get_by_text(self.text("Registered."), exact=True)).to_be_visible()
        return self.page.url.rpartition("/")[2].partition("?")[0]

    def sees_state(self, japanese: str) -> None:
        step = self.page.get_by_role("listitem").and_(self.page.locator("[aria-current=step]"))
        expect(step).to_contain_text(self.label(japanese))

    def sees_fault(self, japanese: str, english: str) -> None:
        """A field that is marked, and says what is wrong with it."""
        field = self.table_field(japanese)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(re.compile(re.escape(self.text(english))))

    # The keyboard alone.

    def type(self, text: str) -> None:
        self.page.keyboard.insert_text(text)

    def keys(self, *pressed: str) -> None:
        """Press keys, on a page that is there with all that listens to them."""
        self.page.wait_for_load_state()
        for key in pressed:
            self.page.keyboard.press(key)

    def tab_to(self, wanted: Locator, key: str = "Tab") -> None:
        """Go on by Tab until something has the focus, which is to be seen all the way."""
        expect(wanted).to_be_visible()
        for _ in range(_MOST_TABS):
            self.keys(key)
            self.sees_focus()
            if wanted.evaluate("(it) => it.contains(document.activeElement)"):
                return
        raise AssertionError(f"{key} does not lead to {wanted}")

    def sees_focus(self) -> None:
        wrong = self.page.evaluate(_FOCUS)
        assert not wrong, wrong


@dataclass(frozen=True)
class Room:
    """Where people sit at their browsers, all at one desk and in one language; whoever sits down stays to the end."""

    browser: Chromium
    desk: DeskUnderTest
    language: Language
    taken: ExitStack

    def seat(self, actor: Actor | None, *, has_scripts: bool = True, theme: Theme = "light") -> Seat:
        """A browser of somebody's own, in which they are signed in (None: nobody)."""
        look = Look("ja" if self.language is Language.JAPANESE else "en", theme, has_scripts=has_scripts)
        return self.taken.enter_context(self.browser.seat(self.desk, actor, look))

    def at(self, seat: Seat, actor: Actor) -> Operator:
        """Somebody at a tab of a browser."""
        return Operator(actor, seat.page(), Words(self.language, ZoneInfo(HOME)))

    def sits(self, actor: Actor, *, has_scripts: bool = True) -> Operator:
        """Somebody who is signed in."""
        return self.at(self.seat(actor, has_scripts=has_scripts), actor)

    def ticket(self, title: str, **values: str) -> str:
        """A new incident on which Sato works: its ID."""
        return self.desk.register({**COMPLETE, "Title": title, **values}, actor=SATO)

    def link(self, actor: Actor, purpose: Purpose = Purpose.PASSWORD) -> str:
        """The path of a new one-time link, as an administrator sends it."""
        with lobby(self.desk.url, clock=self.desk.clock) as people:
            return f"/link/{people.link(actor.master_id, purpose).get_secret_value()}"

    def set_a_password(self, actor: Actor) -> None:
        """Have somebody sign in with `WORDS`."""
        with lobby(self.desk.url, clock=self.desk.clock) as people:
            people.member(actor.master_id)
