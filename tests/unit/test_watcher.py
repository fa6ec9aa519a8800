"""Who watches a desk costs it nothing, least of all an answer."""

import pytest

from support.databases import Databases
from support.desks import NEW_INCIDENT, desk_on
from unyo.bootstrap.desk import Watching
from unyo.services.ports import WriteCall
from unyo.services.watcher import Called, Watcher, together


class Fails(Watcher):
    """Fails whatever it is told."""

    def _fail(self, *_: object) -> None:
        raise OSError(28, "No space left on device")

    called = refused_unread = committed = read = end = _fail  # type: ignore[assignment]  # each takes what it is told


class Counts(Watcher):
    """Counts what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def called(self, call: Called) -> None:
        self.told.append(call.error_type)

    def committed(self, group: list[WriteCall], seconds: float) -> None:  # type: ignore[override]  # as the writer hands it over
        assert seconds > 0
        self.told.append(f"committed {len(group)}")


def test_a_watcher_that_fails_costs_no_call_its_answer_and_the_next_is_told(
    databases: Databases, caplog: pytest.LogCaptureFixture
) -> None:
    url, counts = databases.filled(), Counts()
    with desk_on(url, watching=Watching(watchers=(Fails(), counts))) as desk:
        ticket_id = desk.register(NEW_INCIDENT)
        assert desk.detail(ticket_id)["Title"] == NEW_INCIDENT["Title"]
    assert counts.told == ["committed 1", "", ""]
    assert "what watches failed" in caplog.text
    databases.drop(url)


def test_one_that_fails_alone_is_no_trouble_either() -> None:
    together([Fails()]).end()
