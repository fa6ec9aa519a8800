"""Nothing is left over in the portal, and nothing leads nowhere: styles, templates, macros, marks, addresses."""

import re
from collections.abc import Iterator
from pathlib import Path

from starlette.routing import compile_path

from support.tree import SOURCE
from unyo.portal.routes import ROUTES
from unyo.portal.web import assets
from unyo.services.people import LINK_PATH

PORTAL = SOURCE / "portal"
STATIC = PORTAL / "static"
QUOTED = re.compile(r'"([^"]*)"|\'([^\']*)\'|`([^`]*)`')
NAME = re.compile(r"-?[A-Za-z_][\w-]*")
# What templates say to people, and what they say of themselves.
SAID = re.compile(r'{#.*?#}|_\(\s*(?:"[^"]*"|\'[^\']*\')', re.DOTALL)
EXPRESSION = re.compile(r"{{.*?}}|{%.*?%}", re.DOTALL)
# The words of a block that its template's parent puts into an attribute.
CLASSES = re.compile(r"{% block main_class %}([^{]*){% endblock %}")
SELECTORS = re.compile(r"([^{};]+){")
SELECTED = re.compile(r"[.#](-?[A-Za-z_][\w-]*)")


def _files(folder: Path, ending: str) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob(f"*{ending}"))}


TEMPLATES = {name: SAID.sub("", text) for name, text in _files(PORTAL / "templates", ".html").items()}
COMMENTS = re.compile(r"/\*.*?\*/|^\s*//[^\n]*", re.DOTALL | re.MULTILINE)
STYLES = {name: COMMENTS.sub("", text) for name, text in _files(STATIC / "css", ".css").items()}
SCRIPTS = {name: COMMENTS.sub("", text) for name, text in _files(STATIC / "js", ".js").items()}
PYTHON = "\n".join(path.read_text(encoding="utf-8") for path in sorted(PORTAL.rglob("*.py")))


def _quoted(text: str) -> Iterator[str]:
    """The words in quotes: of attributes, of what expressions choose from, of what scripts give to an element."""
    for part in (*EXPRESSION.findall(text), EXPRESSION.sub("", text)):
        for found in QUOTED.finditer(part):
            yield from NAME.findall("".join(each or "" for each in found.groups()))
    for found in CLASSES.finditer(text):
        yield from found[1].split()


def _unstyled(styles: str, pages: str) -> list[str]:
    """The classes and IDs that styles select and pages do not have."""
    there = {*_quoted(pages)}
    selectors = (re.sub(r'"[^"]*"', "", each) for each in SELECTORS.findall(styles) if not each.strip().startswith("@"))
    return sorted({name for each in selectors for name in SELECTED.findall(each)} - there)


def test_no_style_is_for_an_element_that_no_page_has() -> None:
    pages = "\n".join([*TEMPLATES.values(), *SCRIPTS.values()])
    assert {name: _unstyled(text, pages) for name, text in STYLES.items() if _unstyled(text, pages)} == {}


def test_a_style_that_is_left_over_would_be_found() -> None:
    page = '<p class="small {{ "late" if it.is_late }}">beside {{ _("far apart") }}</p>{# "gone" #}'
    assert _unstyled(".small, .late, p.beside, .apart, #gone {}", SAID.sub("", page)) == ["apart", "beside", "gone"]


def test_every_style_and_script_is_served() -> None:
    served = {name.rpartition("/")[2] for name in (*assets.STYLES, *assets.SCRIPTS) if not name.startswith("vendor/")}
    assert served == STYLES.keys() | SCRIPTS.keys()


def test_every_template_is_shown_extended_or_drawn_from() -> None:
    named = PYTHON + "\n".join(TEMPLATES.values())
    assert [name for name in TEMPLATES if f'"{name}"' not in named] == []


def test_every_macro_is_called() -> None:
    every = "\n".join(TEMPLATES.values())
    macros = re.findall(r"{%-? macro (\w+)\(", every)
    assert macros
    assert [name for name in macros if len(re.findall(rf"\b{name}\(", every)) == 1] == []


def test_every_macro_that_a_template_takes_is_used_in_it() -> None:
    taken = re.compile(r'{% from "[\w-]+\.html" import ([\w, ]+?)(?: with context)? %}')
    unused = {
        (name, each)
        for name, text in TEMPLATES.items()
        for macros in taken.findall(text)
        for each in (macro.strip().rpartition(" ")[2] for macro in macros.split(","))
        if len(re.findall(rf"\b{each}\b", text)) == 1
    }
    assert unused == set()


def test_every_mark_of_a_template_is_looked_for_by_a_script_or_a_style() -> None:
    looks = "\n".join([*SCRIPTS.values(), *STYLES.values()])
    marks = {mark for text in TEMPLATES.values() for mark in re.findall(r"\bdata-([a-z-]+)", text)}
    assert marks

    def _is_looked_for(mark: str) -> bool:
        of_dataset = re.sub("-(.)", lambda found: found[1].upper(), mark)
        return f"data-{mark}" in looks or re.search(rf"\b{of_dataset}\b", looks) is not None

    assert [mark for mark in sorted(marks) if not _is_looked_for(mark)] == []


ADDRESS = re.compile(r'\b(?:href|action|hx-get)="((?:[^"{]|{{.*?}}|{%.*?%})*)"')
OF_A_TICKET = re.compile(r"{{ (?:address|path) }}")
ID_OF_A_TICKET = re.compile(r"{{ (?:\w+\.ticket_)?id }}")
# One is made by the API's rooms, the other is what an administrator hands over, or is asked for by a script alone.
ELSEWHERE, NOT_LED_TO = {"/docs"}, {LINK_PATH + "{token}", "/events"}


def _led_to() -> Iterator[str]:
    """The paths that the templates' links and forms name, those of a ticket by an ID."""
    for text in TEMPLATES.values():
        for address in ADDRESS.findall(text):
            whole = ID_OF_A_TICKET.sub("UTM1", OF_A_TICKET.sub("/tickets/UTM1", address))
            path = EXPRESSION.sub("", whole).partition("?")[0].partition("#")[0]
            if path.startswith("/"):
                yield path


def test_every_address_in_a_template_is_a_page_and_every_page_is_led_to() -> None:
    patterns = {page.path: compile_path(page.path)[0] for page in ROUTES}
    paths = {*_led_to()} - ELSEWHERE
    assert [path for path in sorted(paths) if not any(pattern.match(path) for pattern in patterns.values())] == []
    assert {page for page, pattern in patterns.items() if not any(map(pattern.match, paths))} == NOT_LED_TO
