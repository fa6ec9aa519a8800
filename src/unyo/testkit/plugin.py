"""The fixtures that pytest finds by itself once unyo's test kit is installed.

Whatever runs pytest imports this, be it in need of a desk or not: the desk itself is imported when a test asks for one.
"""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from .serving import Served
    from .uom import Uom

MARK: Final = "uom"
OPTIONS: Final = ("now", "as_vendor", "strict", "tls")
_STRICT: Final = "uom_strict"
_DESK: "Final[pytest.StashKey[Uom]]" = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Tell of the setting."""
    parser.addini(_STRICT, "warn where a test leans on what unyo has and the vendor has not", "bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Tell of the mark."""
    config.addinivalue_line(
        "markers", f"{MARK}({', '.join(OPTIONS)}): how the desk of the fixtures uom and uom_server is made"
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a test that failed the calls that its desk received, if what failed does not show them itself."""
    report = yield
    desk = item.stash.get(_DESK, None)
    if desk is not None and report.failed and call.when == "call":
        told = str(desk.journal)
        if call.excinfo is None or told not in str(call.excinfo.value):
            report.sections.append(("Calls that uom received", told))
    return report


@pytest.fixture
def uom(request: pytest.FixtureRequest) -> "Iterator[Uom]":
    """A desk for this test, called in process: `unyo.testkit.Uom`, made as the mark ``uom`` says."""
    try:
        from . import Uom  # noqa: PLC0415 - see above
    except ModuleNotFoundError as error:
        pytest.fail(str(error), pytrace=False)
    options = {"strict": request.config.getini(_STRICT), **_marked(request)}
    options.pop("tls", None)
    try:
        desk = Uom(**options)
    except (TypeError, ValueError) as error:
        pytest.fail(f"the mark {MARK}: {error}", pytrace=False)
    request.node.stash[_DESK] = desk
    with desk:
        yield desk


@pytest.fixture
def uom_server(request: pytest.FixtureRequest, uom: "Uom") -> "Iterator[Served]":
    """The same desk over real HTTP on a free port, or over TLS with the mark ``uom(tls=True)``."""
    with uom.serve(tls=bool(_marked(request).get("tls"))) as served:
        yield served


def _marked(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What the marks of module, class and test say, the nearest of them last."""
    marks = list(request.node.iter_markers(MARK))
    told = {name: value for mark in reversed(marks) for name, value in mark.kwargs.items()}
    wrong = [*(repr(each) for mark in marks for each in mark.args), *(name for name in told if name not in OPTIONS)]
    if wrong:
        pytest.fail(f"the mark {MARK} takes {', '.join(OPTIONS)} by name, not {', '.join(wrong)}", pytrace=False)
    return told
