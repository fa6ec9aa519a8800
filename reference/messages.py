"""`make messages`: what the portal says, taken from its templates and modules, and the catalogues that translate it.

A message that is new is added, untranslated, to the catalogue that has most of the messages of its file; one that
nobody says any more is taken out. A test fails while one is untranslated.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Final, NamedTuple

import typer
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment

PORTAL: Final = Path(__file__).parents[1] / "src" / "unyo" / "portal"
LOCALE: Final = PORTAL / "locale"
_TEMPLATES: Final = PORTAL / "templates"
_METHODS: Final = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
_KEYWORDS: Final = {"_": None, "gettext": None, "ngettext": (1, 2)}
_HEADER: Final = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Language: ja\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
_PLACEHOLDER: Final = re.compile(r"%\(\w+\)[a-z]|\{\w+\}")
# What a reader sees or hears of an element beside the text in it.
_READ: Final = {"alt", "aria-description", "aria-label", "aria-roledescription", "label", "placeholder", "title"}
_NAMES: Final = frozenset({"unyo"})
# Further words by which the palette finds a command.
_ALSO: Final = "data-also"
# Blocks that stand in an attribute of the template that they extend.
_INSERTED: Final = re.compile(r"{% block (?:main_class|back) %}.*?{% endblock %}")
# Stands where a template says something of its page.
_SAID: Final = "\N{OBJECT REPLACEMENT CHARACTER}"


class Message(NamedTuple):
    """What is said: in one form, or with another for many (``""`` where there is none)."""

    one: str
    many: str = ""


def messages() -> Mapping[Message, tuple[str, ...]]:
    """Every message, with the files of the portal that say it."""
    found: defaultdict[Message, dict[str, None]] = defaultdict(dict)
    for file, _, said, _, _ in extract_from_dir(PORTAL, _METHODS, keywords=_KEYWORDS, strip_comment_tags=True):
        one, many = (said, "") if isinstance(said, str) else said
        found[Message(one, many)][file] = None
    return {message: tuple(files) for message, files in found.items()}


def catalogues() -> Mapping[str, Catalog]:
    """The Japanese catalogues by their files' names."""
    return {
        each.stem: read_po(BytesIO(each.read_bytes()), locale="ja") for each in sorted((LOCALE / "ja").glob("*.po"))
    }


def entries(catalogue: Catalog) -> Iterator[tuple[Message, tuple[str, ...]]]:
    """A catalogue's messages, with their translations: one for each of the language's plural forms."""
    for each in catalogue:
        if each.id:
            one, many = (each.id, "") if isinstance(each.id, str) else each.id
            said = (each.string,) if isinstance(each.string, str) else each.string or ()
            yield Message(one, many), tuple(text or "" for text in said)


def placeholders(text: str) -> Counter[str]:
    """What is filled in when a text is shown."""
    return Counter(_PLACEHOLDER.findall(text))


def own_texts() -> Iterator[str]:
    """What templates say in no message, with file and line: such a text has one language only."""
    lexer = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    for path in sorted(_TEMPLATES.glob("*.html")):
        reader = _Reader()
        reader.feed(_without_expressions(lexer, _INSERTED.sub("", path.read_text(encoding="utf-8"))))
        reader.close()
        yield from (f"{path.name}:{line}: {text}" for line, text in reader.found)


def _without_expressions(lexer: Environment, template: str) -> str:
    """A template with what is said to Jinja left out; its lines stay where they are."""
    pieces = []
    for _, kind, text in lexer.lex(template):
        if kind == "data":
            pieces.append(text)
        else:
            pieces.append((_SAID if kind == "variable_begin" else "") + "\n" * text.count("\n"))
    return "".join(pieces)


class _Reader(HTMLParser):
    """Collects the letters that a page's reader would see or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in _READ or (name.startswith("data-") and name != _ALSO and " " in (value or "").strip()):
                self._note(value or "")
        if tag == "input" and dict(attrs).get("type") in {"submit", "button", "reset"}:
            self._note(dict(attrs).get("value") or "")

    def handle_data(self, data: str) -> None:
        if '="' in data:  # a macro of attributes
            self.handle_starttag("", _attributes(data))
        else:
            self._note(data)

    def _note(self, text: str) -> None:
        words = re.findall(r"\w+", text.replace(_SAID, " "))
        if any(letter.isalpha() for word in words if word not in _NAMES for letter in word):
            self.found.append((self.getpos()[0], text.strip()))


def _attributes(text: str) -> list[tuple[str, str | None]]:
    return re.findall(r'([\w-]+)="([^"]*)"', text)


def main() -> None:
    """Bring the catalogues up to what the portal says, and name what is to be translated."""
    said, found = messages(), catalogues()
    kept: set[Message] = set()
    homes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for part, catalogue in found.items():
        for message, _ in list(entries(catalogue)):
            if message not in said or message in kept:
                catalogue.delete(message.one)
                continue
            kept.add(message)
            for file in said[message]:
                homes[file][part] += 1
    for message in said.keys() - kept:
        home = sum((homes[file] for file in said[message]), Counter[str]()).most_common(1)
        part = home[0][0] if home else "frame"
        found[part].add((message.one, message.many) if message.many else message.one)
        typer.echo(f"to be translated in locale/ja/{part}.po: {message.one}")
    for part, catalogue in found.items():
        _write(LOCALE / "ja" / f"{part}.po", catalogue)


def _write(path: Path, catalogue: Catalog) -> None:
    packed = BytesIO()
    write_po(packed, catalogue, width=0, no_location=True, omit_header=True)
    text = _HEADER + packed.getvalue().decode().strip() + "\n"
    if text != path.read_text(encoding="utf-8"):
        path.write_text(text, encoding="utf-8")
        typer.echo(f"written: {path.name}")


if __name__ == "__main__":
    main()
