"""The plugin as a project's own run of pytest meets it, and what stands beside pytest: the block, `with_uom`."""

import asyncio
import re
import sys
import unittest
from pathlib import Path
from typing import Any

import pytest

from support.processes import Finished, ended
from unyo import testkit
from unyo.testkit import SATO, FaultNotMet, Uom, with_uom
from unyo.testkit.plugin import OPTIONS

PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:randomly")


def run(folder: Path, text: str, *flags: str, **files: str) -> Finished:
    """pytest on a file of a project's own, which has nothing of this project's settings."""
    (folder / "pytest.ini").write_text(files.pop("ini", "[pytest]\n"), encoding="utf-8")
    (folder / "test_own.py").write_text(text, encoding="utf-8")
    for name, content in files.items():
        (folder / f"{name}.py").write_text(content, encoding="utf-8")
    return ended(*PYTEST, *flags, folder=folder, variables={"PYTHONPATH": str(folder)})


OWN = """
import warnings
from datetime import UTC, datetime
import pytest
from unyo.client import Client, NotOffered
from unyo.testkit import JAPAN, SATO, ExtensionUsed

pytestmark = pytest.mark.uom(as_vendor=True)


def test_module(uom):
    with pytest.raises(NotOffered):
        uom.client().options()


@pytest.mark.uom(now=datetime(2030, 1, 1, tzinfo=JAPAN))
class TestClass:
    def test_class(self, uom):
        assert uom.clock() == datetime(2030, 1, 1, tzinfo=JAPAN)
        with pytest.raises(NotOffered):
            uom.client().options()

    @pytest.mark.uom(as_vendor=False, tls=True)
    def test_nearest(self, uom, uom_server, monkeypatch):
        assert uom_server.url.startswith("https://127.0.0.1:")
        for name, value in uom_server.environment(SATO).items():
            monkeypatch.setenv(name, value)
        with Client.from_profile() as client:
            assert client.options()
            assert client.tickets.get(uom.ticket().ticket_id).ticket_id == "UTM100001"
        assert uom.clock() == datetime(2030, 1, 1, tzinfo=JAPAN)


def test_over_http(uom_server):
    assert uom_server.url.startswith("http://127.0.0.1:") and uom_server.authority is None


@pytest.mark.parametrize("number", range(6))
def test_each_its_own(uom, number):
    assert [uom.ticket().ticket_id for _ in range(2)] == ["UTM100001", "UTM100002"]
"""


def test_fixtures_are_made_as_the_marks_say_by_several_processes(tmp_path: Path) -> None:
    told = run(tmp_path, OWN, "-n", "2", "--strict-markers", "-W", "error")
    assert (told.status, told.out.splitlines()[-1].split(" in ")[0]) == (0, "10 passed"), told


WRONG = """
import pytest

@pytest.mark.uom(colour="red")
def test_option(uom): pass

@pytest.mark.uom("red")
def test_position(uom_server): pass

@pytest.mark.uom(now="noon")
def test_value(uom): pass

def test_fault(uom):
    uom.faults.on("UpdateTicket").system_error()
"""
STRICT = """
import pytest

def test_leans(uom):
    list(uom.client().tickets.list())

@pytest.mark.uom(strict=False)
def test_may(uom):
    list(uom.client().tickets.list())
"""


def test_what_is_wrong_is_told_in_a_sentence(tmp_path: Path) -> None:
    told = run(tmp_path, WRONG, "-W", "error::unyo.testkit.FaultNotMet")
    assert "the mark uom takes now, as_vendor, strict, tls by name, not colour\n" in told.out
    assert "the mark uom takes now, as_vendor, strict, tls by name, not 'red'\n" in told.out
    assert re.search(r"the mark uom: .*moment", told.out), told.out
    assert "FaultNotMet: no call came that this fault fits: system_error before the commit UpdateTicket" in told.out
    assert "1 passed, 4 errors" in told.out


FAILING = """
def test_called(uom):
    uom.journal.assert_called("UpdateTicket")

def test_not_called(uom):
    list(uom.client().tickets.list())
    uom.journal.assert_not_called("GetTicketList")

def test_order(uom):
    uom.journal.assert_actions("UpdateTicket")

def test_misspelt(uom):
    uom.journal.assert_called("Update")
"""


def test_an_assertion_that_fails_shows_the_line_of_the_test_and_none_of_ours(tmp_path: Path) -> None:
    told = run(tmp_path, FAILING)
    assert "4 failed" in told.out
    assert re.findall(r"^(\S+):\d+: ", told.out, re.MULTILINE) == ["test_own.py"] * 4
    assert "raise" not in told.out


LOOKING = """
def test_reads(uom):
    ticket = uom.ticket()
    assert uom.client().tickets.get(ticket.ticket_id).title == "x"

def test_asserts(uom):
    uom.journal.assert_called("UpdateTicket")

def test_of_something_else():
    assert False
"""


def test_a_test_that_failed_is_shown_with_the_calls_unless_it_shows_them_itself(tmp_path: Path) -> None:
    told = run(tmp_path, LOOKING, "-n", "1")
    assert "3 failed" in told.out
    assert told.out.count(" Calls that uom received ") == 1
    assert re.search(r"- Calls that uom received -+\n +1 09:00:00 GetTicketDetail .*OK\n", told.out), told.out


def test_a_project_is_strict_by_its_settings(tmp_path: Path) -> None:
    told = run(tmp_path, STRICT, ini="[pytest]\nuom_strict = true\n")
    assert told.status == 0, told
    assert "ExtensionUsed: GetTicketList (1×) is an extension of unyo: the vendor has no such thing" in told.out
    assert "2 passed, 1 warning" in told.out


# What `pip install unyo pytest` does not bring.
LACKING = """
import sys

LACKS = {"alembic", "cryptography", "httptools", "psycopg", "pydantic_settings", "sqlalchemy", "starlette", "uvicorn"}


class Lacks:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in LACKS:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Lacks())
"""
UNCONCERNED = """
def test_of_something_else(): pass
def test_of_a_desk(uom): pass
"""


def test_who_has_not_installed_the_extra_is_told_how_and_others_do_not_notice(tmp_path: Path) -> None:
    told = run(tmp_path, UNCONCERNED, "-p", "lacking", lacking=LACKING)
    assert re.search(
        r"\nNo module named '\w+': the test kit needs more packages, pip install 'unyo\[testkit\]'\n", told.out
    )
    assert "1 passed, 1 error" in told.out
    assert "Traceback" not in told.out + told.err
    assert "site-packages" not in told.out + told.err
    program = "import lacking\nfrom unyo.testkit import Uom"
    told = ended(sys.executable, "-c", program, folder=tmp_path, variables={"PYTHONPATH": str(tmp_path)})
    assert told.err.splitlines()[-1].startswith("ModuleNotFoundError: No module named")
    assert told.err.splitlines()[-1].endswith("pip install 'unyo[testkit]'")


def test_a_run_that_needs_no_desk_loads_nothing_of_it(tmp_path: Path) -> None:
    loads = "import sys\ndef test_of_something_else(): print(*(name for name in sys.modules), file=open('seen', 'w'))\n"
    assert run(tmp_path, loads, "-p", "no:hypothesispytest").status == 0
    loaded = (tmp_path / "seen").read_text(encoding="utf-8").split()
    assert [name for name in loaded if name.partition(".")[0] == "unyo"] == [
        "unyo",
        "unyo.testkit",
        "unyo.testkit.plugin",
    ]
    assert not {"httpx2", "sqlalchemy", "starlette", "uvicorn", "cryptography", "uvloop"} & set(loaded)


# Without pytest.


class WithUnittest(unittest.TestCase):
    @with_uom(as_vendor=True)
    def test_method(self, uom: Uom) -> None:
        self.assertEqual(uom.ticket().ticket_id, "UTM100001")  # noqa: PT009 - as unittest does it


@with_uom()
async def awaited(number: int, *, uom: Uom) -> list[Any]:
    async with uom.async_client(SATO) as client:
        ticket = await client.tickets.get(uom.ticket().ticket_id)
        return [number, ticket.ticket_id]


def test_a_decorated_function_gets_a_desk_each_time() -> None:
    outcome = unittest.defaultTestLoader.loadTestsFromTestCase(WithUnittest).run(unittest.TestResult())
    assert outcome is not None
    assert (outcome.testsRun, outcome.errors, outcome.failures) == (1, [], [])
    assert [asyncio.run(awaited(number)) for number in range(2)] == [[0, "UTM100001"], [1, "UTM100001"]]


@with_uom()
def test_a_decorated_test_asks_pytest_for_no_fixture_of_that_name(uom: Uom, tmp_path: Path) -> None:
    assert tmp_path.is_dir()
    assert uom.ticket().ticket_id == "UTM100001"


def test_a_block_whose_test_failed_says_nothing_of_faults_that_wait() -> None:
    def _fails() -> None:
        with Uom() as uom:
            uom.faults.rate_limit()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        _fails()
    with pytest.warns(FaultNotMet), Uom() as uom:
        uom.faults.rate_limit()


def test_every_public_name_is_there() -> None:
    assert all(getattr(testkit, name) for name in testkit.__all__)
    assert dir(testkit) == sorted(testkit.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Desk'"):
        _ = testkit.Desk
    assert set(OPTIONS) == {*Uom.__init__.__annotations__, "tls"} - {"return"}
