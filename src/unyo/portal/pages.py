"""Pages from templates, in either language; a script of ours may ask for a part of one."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from .web import headers
from .words.language import Language, translations
from .words.linked import linked

# The blocks that stand alone. Others need what their templates prepare for them.
PARTS: Final = frozenset({"found", "palette_recent", "palette_tickets", "present", "ticket", "work"})


@cache
def environment(language: Language) -> Environment:
    """The templates of a language."""
    made = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["linked"] = linked
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined] # of the extension
    return made


def part_of(request: Request) -> str:
    """The name of the element that a script of ours asks to replace; ``""`` where it is no such call."""
    return request.headers.get("hx-target", "") if "hx-request" in request.headers else ""


def render(
    request: Request, language: Language, template: str, values: Mapping[str, Any], status: int = 200
) -> Response:
    """A page, or the block of it that a script asks for by the name of the element that it replaces."""
    found = environment(language).get_template(template)
    block = part_of(request)
    if block in PARTS & found.blocks.keys():
        text = "".join(found.blocks[block](found.new_context(dict(values))))
    else:
        text = found.render(values)
    return HTMLResponse(text, status, {**headers.PAGE, "Content-Language": str(language)})
