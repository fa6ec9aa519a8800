"""A desk is there at once, and nothing of it stays: no thread, no open file, no folder."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from statistics import median

import pytest

from support.clients import KINDS, Kind, clients_of
from support.processes import wait_until
from unyo.client import NotReached
from unyo.testkit import Uom, premises, template
from unyo.testkit.clock import START


def _held(folder: Path) -> Counter[str]:
    """This process's threads, what it has open, and what is in the folder for temporary files."""
    opened = []
    for each in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the one by which the others are listed
            opened.append(str(each.readlink()))
    return Counter([*map(str, threading.enumerate()), *opened, *map(str, folder.iterdir())])


def _wait_until_nothing_is_left(folder: Path, before: Counter[str]) -> None:
    """A thread may have done its work and not be gone yet; what was there from before may go meanwhile too."""
    wait_until("nothing is left", lambda: not _held(folder) - before)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with Uom():  # what is made once a process: the template
        pass
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_nothing_is_left_of_a_desk_that_did_everything(temporary: Path) -> None:
    before = _held(temporary)
    with Uom() as uom, uom.serve(tls=True), clients_of("AsyncClient", uom, over_http=True) as clients:
        assert _held(temporary) - before
        ticket = uom.ticket()
        mark = uom.snapshot()
        uom.faults.someone_edits()
        uom.faults.lose_answer(carried_out=True)
        clients().tickets.memo.add(ticket.ticket_id, "一")
        uom.client().tickets.get(ticket.ticket_id)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(uom.restore, [mark] * 12))
    uom.close()
    _wait_until_nothing_is_left(temporary, before)


@pytest.mark.parametrize("broken", ["template.fresh", "open_desk", "start_blocking_portal", "Door", "a moment"])
def test_nothing_is_left_of_a_desk_that_fails_to_open(
    temporary: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def _fails(*_: object, **__: object) -> None:
        raise OSError("no space left")

    if broken == "template.fresh":
        monkeypatch.setattr(template, "fresh", _fails)
    elif broken == "open_desk":
        monkeypatch.setattr(premises, "open_desk", _fails)
    elif broken != "a moment":
        monkeypatch.setattr(f"unyo.testkit.uom.{broken}", _fails)
    before = _held(temporary)
    with pytest.raises((OSError, ValueError), match=r"no space left|needs a zone"):
        Uom(now=datetime(2026, 4, 1) if broken == "a moment" else START)  # noqa: DTZ001 - what is refused
    _wait_until_nothing_is_left(temporary, before)


def test_a_server_whose_port_is_taken_is_refused_and_the_desk_goes_on() -> None:
    with Uom() as uom, uom.serve() as served:
        port = int(served.url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"), uom.serve(port=port):
            raise AssertionError("the port is taken")
        assert uom.client().tickets.get(uom.ticket().ticket_id)


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_of_a_closed_desk_says_so(kind: Kind) -> None:
    with Uom() as uom, clients_of(kind, uom) as clients:
        client = clients(tries=1)
        uom.close()
        with pytest.raises(NotReached, match="the desk of this test is closed"):
            client.tickets.get("UTM100001")


def test_a_desk_waits_for_no_disk() -> None:
    with Uom() as uom, uom.administer() as admin:
        assert admin.connection.exec_driver_sql("PRAGMA synchronous").scalar() == 0


def test_a_desk_of_a_warm_process_is_there_in_a_part_of_the_time_that_its_tables_take() -> None:
    def _opened() -> None:
        desks.append(Uom())

    desks: list[Uom] = []
    with Uom():
        pass
    opening = _seconds(_opened, 15)
    for desk in desks:
        desk.close()
    assert opening < 0.5 * _seconds(template._template.__wrapped__, 3)  # noqa: SLF001 - migrations, and the cast


def _seconds(function: Callable[[], object], times: int) -> float:
    def _one() -> float:
        started = time.perf_counter()
        function()
        return time.perf_counter() - started

    return median(_one() for _ in range(times))
