"""A desk's figures: what is counted, that labels are bounded, and who may see them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from support.desks import INCIDENT, NEW_INCIDENT, DeskUnderTest, desk_on, who
from support.figures import Shown
from support.gate import GateClock, as_one_group, write_call
from support.raw_http import raw_connection
from unyo.bootstrap.desk import Watching
from unyo.cast import YAMADA
from unyo.watching.figures import Figures
from unyo.watching.measures import MEASURES

TOKEN = "kept-by-the-scraper"
ON_SQLITE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def desk(filled_url: str) -> Iterator[DeskUnderTest]:
    watching = Watching(Figures(), metrics_token=TOKEN)
    with desk_on(filled_url, "over HTTP", clock=GateClock(), watching=watching) as opened:
        yield opened


def _shown(desk: DeskUnderTest) -> Shown:
    answer = desk.transport.request("GET", "/metrics", b"", [("Authorization", f"Bearer {TOKEN}")])
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return Shown(answer.content)


def test_calls_are_counted_by_action_and_error_type_with_their_time(desk: DeskUnderTest) -> None:
    desk.register(NEW_INCIDENT)
    for _ in range(2):
        assert desk.call("GetTicketDetail", {**who(YAMADA), "TicketId": "UTM1"}).error_type == "NO_TICKET_ID"
    shown = _shown(desk)
    assert shown.value("unyo_calls_total", action="RegisterTicket", error_type="OK") == 1
    assert shown.value("unyo_calls_total", action="GetTicketDetail", error_type="NO_TICKET_ID") == 2
    assert shown.value("unyo_call_seconds_count", action="RegisterTicket") == 1
    assert shown.value("unyo_call_seconds_count", action="GetTicketDetail") == 2
    assert 0 < shown.value("unyo_call_seconds_sum", action="RegisterTicket") < 30


def test_what_callers_invent_makes_no_new_label_values(desk: DeskUnderTest) -> None:
    for name in ("Nothing", "Everything", "UpdateTicket2", "%0A"):
        assert desk.transport.request("POST", f"/r/20221221/{name}.json", b"", []).status == 404
    shown = _shown(desk)
    assert shown.label_values("unyo_calls_total", "action") == {"unknown"}
    assert shown.value("unyo_calls_total", action="unknown", error_type="NOT_FOUND") == 4
    assert shown.value("unyo_call_seconds_count", action="unknown") == 4


def test_commits_are_counted_with_their_calls_and_reads_with_their_time(desk: DeskUnderTest) -> None:
    before = _shown(desk)
    as_one_group(desk, *(write_call("RegisterTicket", NEW_INCIDENT) for _ in range(3)))  # behind one that holds
    after = _shown(desk)
    assert after.value("unyo_commit_calls_count") - before.value("unyo_commit_calls_count") == 2
    assert after.value("unyo_commit_calls_sum") - before.value("unyo_commit_calls_sum") == 4
    assert after.value("unyo_commit_seconds_count") == after.value("unyo_commit_calls_count")
    assert after.value("unyo_commit_seconds_sum") > before.value("unyo_commit_seconds_sum")
    desk.detail(INCIDENT)
    assert _shown(desk).value("unyo_read_seconds_count") == after.value("unyo_read_seconds_count") + 1


def test_the_queue_is_seen_as_it_is_beside_its_bounds(desk: DeskUnderTest) -> None:
    clock = desk.clock
    assert isinstance(clock, GateClock)
    with clock.holding(desk):
        calls = [replace(write_call("RegisterTicket", NEW_INCIDENT), size=size) for size in (300, 400)]
        futures = [desk.desk.writer.submit(call) for call in calls]
        held = _shown(desk)
    for future in futures:
        future.result(30)
    assert (held.value("unyo_queue_calls"), held.value("unyo_queue_calls_limit")) == (2, 1000)
    assert held.value("unyo_queue_bytes") == 700
    assert held.value("unyo_queue_bytes_limit") == 64 * 1024 * 1024
    assert _shown(desk).value("unyo_queue_calls") == 0


@ON_SQLITE
def test_what_never_became_a_call_is_counted_by_its_error(desk: DeskUnderTest) -> None:
    with raw_connection(desk) as connection:
        connection.send(b"what is this\r\n\r\n")
        assert connection.answer().status == 400
    assert _shown(desk).value("unyo_refused_unread_total", error_type="BAD_REQUEST") == 1


def test_every_metric_that_is_shown_is_in_the_table_with_its_kind_and_labels(desk: DeskUnderTest) -> None:
    desk.register(NEW_INCIDENT)
    desk.detail(INCIDENT)
    with raw_connection(desk) as connection:
        connection.send(b"what is this\r\n\r\n")
        assert connection.answer().status == 400
    shown = _shown(desk)
    known = {measure.name: measure for measure in MEASURES}
    absent = set() if desk.url.startswith("sqlite") else {"unyo_disk_free_bytes"}
    assert set(shown.kinds) == set(known) - absent
    for name, kind in shown.kinds.items():
        assert kind == known[name].kind.value
    for name, labels in shown.samples:
        measure = known.get(name) or known[name.rpartition("_")[0]]
        assert {label for label, _ in labels} - {"le"} == set(measure.labels)


@ON_SQLITE
def test_the_disk_and_the_build_are_seen(desk: DeskUnderTest) -> None:
    desk.detail(INCIDENT)
    shown = _shown(desk)
    assert shown.value("unyo_disk_free_bytes") > 0
    assert shown.label_values("unyo_build_info", "api_version") == {"20221221"}
    assert shown.value("unyo_directory_version") > 0
    assert shown.value("process_resident_memory_bytes") > 1 << 20


@ON_SQLITE
@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN])
def test_without_the_token_the_figures_are_refused(desk: DeskUnderTest, given: str) -> None:
    answer = desk.transport.request("GET", "/metrics", b"", [("Authorization", given)] if given else [])
    assert (answer.status, answer.error_type) == (401, "AUTH_FAILURE")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert b"unyo_calls" not in answer.content


@ON_SQLITE
def test_a_desk_that_nobody_watches_has_no_such_page(filled_url: str) -> None:
    with desk_on(filled_url) as desk:
        assert desk.transport.request("GET", "/metrics", b"", []).status == 404
        assert desk.transport.request("GET", "/metrics", b"", [("Authorization", "Bearer ")]).status == 404
