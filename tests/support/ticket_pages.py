"""The small forms of a ticket's page, as a test fills them in."""

from .desks import INCIDENT
from .portal import Browser, Element, Page, fields_of


def small_form(page: Page, name: str) -> dict[str, str]:
    """The fields of a small form by its name: ``add``, ``edit``, ``delete``, or a step of a close."""
    return fields_of(the_form(page, name))


def the_form(page: Page, name: str) -> Element:
    """A small form by its name."""
    (found,) = [each for each in page.main.all("form") if _name(each) == name]
    return found


def names_of(page: Page) -> list[str]:
    """The small forms of a page, by their names."""
    return [_name(each) for each in page.main.all("form")]


def send(browser: Browser, name: str, ticket: str = INCIDENT, *, query: str = "", **typed: str) -> Page:
    """Load a ticket's page, fill one of its small forms in, and send it."""
    page = browser.get(f"/tickets/{ticket}{query}")
    return resend(browser, page, name, **typed)


def resend(browser: Browser, page: Page, name: str, **typed: str) -> Page:
    """Fill in and send a small form of a page that was loaded before."""
    form = the_form(page, name)
    return browser.post(form.attributes["action"], {**fields_of(form), **typed})


def _name(form: Element) -> str:
    held = fields_of(form)
    return held.get("operation") or held.get("step", "")
