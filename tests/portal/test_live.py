"""An open page is told what changes, by a stream of events; over real HTTP, on both databases."""

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from support.desks import INCIDENT, NEW_INCIDENT, SERVERS_INCIDENT, DeskUnderTest, desk_on
from support.installations import execute
from support.live import opened
from support.people import lobby
from support.portal import Browser, Page, signed_in
from support.processes import PATIENCE, wait_until
from unyo.cast import ITO, SATO, SUZUKI, TAKAHASHI, TANAKA, YAMADA
from unyo.portal.event_stream import BEAT_SECONDS
from unyo.storage import administration

BEAT = 0.1
SOON = 1.0
# A machine that does much else too may be late at times, but not each time.
TRIES = 20


@pytest.fixture
def served(filled_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeskUnderTest]:
    """A desk that looks often whether its open pages may still be told."""
    monkeypatch.setattr("unyo.portal.event_stream.BEAT_SECONDS", BEAT)
    with desk_on(filled_url, "over HTTP") as desk:
        yield desk


def _said(page: Page) -> str:
    return page.main.one("div", id="present").text


def test_a_change_on_one_node_is_told_to_open_pages_on_another_within_a_second(
    served: DeskUnderTest, filled_url: str
) -> None:
    with (
        desk_on(filled_url) as other,
        opened(signed_in(served), INCIDENT) as ticket,
        opened(signed_in(served, SATO)) as listed,
    ):

        def _seconds_to_tell(version: int) -> float:
            began = time.monotonic()
            assert other.update(Title=f"変更 {version}").error is None
            assert ticket.wait_for("changed") == str(version)
            assert listed.wait_for("changed") == ""
            return time.monotonic() - began

        assert any(_seconds_to_tell(version) < SOON for version in range(4, 4 + TRIES))
        other.register(NEW_INCIDENT)
        assert listed.wait_for("changed") == ""
        assert ticket.events == []


def test_a_page_learns_at_first_what_has_changed_since_it_was_made(served: DeskUnderTest) -> None:
    at = signed_in(served)
    made = at.get(f"/tickets/{INCIDENT}").main.one("data", id="as-of").attributes["value"]
    listed = at.get("/tickets").main.one("data", id="as-of").attributes["value"]
    served.clock.move(seconds=5)
    assert served.update(Title="変更").error is None
    with opened(at, INCIDENT, takes_first=False) as ticket, opened(at, takes_first=False) as tickets:
        assert (made, ticket.wait_for("begun")) == ("3", "4")
        assert int(tickets.wait_for("begun")) == int(listed) + 5


def test_of_a_hidden_ticket_nothing_is_told(served: DeskUnderTest) -> None:
    at = signed_in(served, TANAKA)
    for missing in (SERVERS_INCIDENT, "UTM999999999", "UTM", "", "lists"):
        assert at.get(f"/events?ticket={missing}").status == 404
    with opened(at) as hidden, opened(signed_in(served, TAKAHASHI)) as seen:
        assert served.update(SERVERS_INCIDENT, Title="変更").error is None
        seen.wait_for("changed")
        assert hidden.events == []
        assert served.update(INCIDENT, Title="変更").error is None
        hidden.wait_for("changed")
        assert hidden.events == []


def test_a_ticket_that_is_hidden_meanwhile_ends_its_page_without_a_word(filled_url: str) -> None:
    with desk_on(filled_url, "over HTTP") as desk, opened(signed_in(desk, TANAKA), INCIDENT) as stream:
        group = desk.detail(SERVERS_INCIDENT)["ManagementGroupId"]
        assert desk.update(ManagementGroupId=group).error is None
        assert stream.wait_for_end().events == []


def test_another_tenant_is_told_nothing(served: DeskUnderTest) -> None:
    assert signed_in(served, ITO).get(f"/events?ticket={INCIDENT}").status == 404
    with opened(signed_in(served, ITO)) as theirs, opened(signed_in(served)) as ours:
        assert served.update(Title="変更").error is None
        ours.wait_for("changed")
        assert theirs.events == []


def test_nobody_is_told_who_is_not_signed_in(served: DeskUnderTest) -> None:
    answer = Browser(served).get("/events?ticket=list")
    assert (answer.status, answer.location) == (303, "/sign-in?next=%2Fevents%3Fticket%3Dlist")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_no_page_of_another_site_has_somebody_seen_at_a_ticket(served: DeskUnderTest, site: str) -> None:
    # Of a ticket that is not there, so that the answer ends in either case.
    for told, status in ((site, 403), ("same-origin", 404)):
        assert signed_in(served).get("/events?ticket=UTM999999999", sec_fetch_site=told).status == status


def test_the_stream_of_a_session_that_is_signed_out_ends(served: DeskUnderTest) -> None:
    at, beside = signed_in(served), signed_in(served)
    with opened(at) as stream, opened(beside) as other:
        assert at.post("/sign-out").status == 303
        stream.wait_for_end()
        assert served.update(Title="変更").error is None
        other.wait_for("changed")
        assert stream.events == []


def test_the_stream_of_somebody_who_belongs_to_the_service_no_more_ends(served: DeskUnderTest, filled_url: str) -> None:
    with opened(signed_in(served, SUZUKI), INCIDENT) as stream, lobby(filled_url) as people:
        with people.administering() as admin:
            administration.remove_member(admin, SUZUKI.service_code, SUZUKI.master_id)
        assert stream.wait_for_end().events == []


def test_an_open_page_keeps_no_session_alive(served: DeskUnderTest) -> None:
    at = signed_in(served)
    with opened(at) as stream:
        served.clock.move(hours=11)
        assert at.get("/tickets", hx_request="true", hx_target="found", unyo_by_itself="1").status == 200
        served.clock.move(hours=2)
        stream.wait_for_end()
    assert at.get("/").location == "/sign-in?next=%2F"


def test_of_a_sessions_pages_the_newest_are_told_and_the_oldest_gives_way(served: DeskUnderTest) -> None:
    at = signed_in(served)
    with ExitStack() as pages:
        streams = [pages.enter_context(opened(at)) for _ in range(4)]
        other = pages.enter_context(opened(signed_in(served)))
        streams.append(pages.enter_context(opened(at, INCIDENT)))
        streams[0].wait_for("crowded")
        streams[0].wait_for_end()
        assert served.update(Title="変更").error is None
        for stream in (*streams[1:], other):
            stream.wait_for("changed")


def test_a_process_tells_no_more_pages_than_it_has_room_for(
    served: DeskUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unyo.portal.live.open_pages.MOST_PAGES", 2)
    with ExitStack() as pages:
        streams = [pages.enter_context(opened(signed_in(served))) for _ in range(3)]
        streams[0].wait_for_end()
        assert not any(stream.has_ended for stream in streams[1:])


def test_where_room_is_short_whoever_has_most_pages_open_makes_it(
    served: DeskUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unyo.portal.live.open_pages.MOST_PAGES", 3)
    with ExitStack() as pages:
        others = pages.enter_context(opened(signed_in(served, SATO)))
        streams = [pages.enter_context(opened(signed_in(served))) for _ in range(3)]
        streams[0].wait_for("crowded")
        assert served.update(Title="変更").error is None
        for stream in (others, *streams[1:]):
            stream.wait_for("changed")


def test_a_stream_is_neither_packed_nor_kept(served: DeskUnderTest) -> None:
    with opened(signed_in(served)) as stream:
        assert stream.status == 200
        assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert "content-encoding" not in stream.headers
        assert stream.headers["cache-control"] == "no-store"


def test_who_else_has_a_ticket_open_or_edits_it_is_shown_and_told(served: DeskUnderTest) -> None:
    yamada, sato = signed_in(served), signed_in(served, SATO, "en")
    with opened(yamada, INCIDENT) as stream:
        with opened(sato, INCIDENT):
            stream.wait_for("present")
            assert _said(yamada.get(f"/tickets/{INCIDENT}")).endswith("佐藤 花子さんが閲覧中です")
            assert _said(sato.get(f"/tickets/{INCIDENT}/edit")).endswith("山田 太郎 has this ticket open")
            with opened(sato, INCIDENT, editing=True):
                stream.wait_for("present")
                assert _said(yamada.get(f"/tickets/{INCIDENT}/edit")).endswith("佐藤 花子さんが編集中です")
            stream.wait_for("present")
            assert _said(yamada.get(f"/tickets/{INCIDENT}")).endswith("佐藤 花子さんが閲覧中です")
        stream.wait_for("present")
        assert _said(yamada.get(f"/tickets/{INCIDENT}")) == ""


def test_who_may_not_write_is_not_said_to_edit(served: DeskUnderTest) -> None:
    at = signed_in(served)
    with opened(at, INCIDENT) as stream, opened(signed_in(served, SUZUKI), INCIDENT, editing=True):
        stream.wait_for("present")
        assert "閲覧中" in _said(at.get(f"/tickets/{INCIDENT}"))


def test_who_stays_is_shown_for_longer_than_one_word_lasts(served: DeskUnderTest) -> None:
    at = signed_in(served)
    with opened(signed_in(served, SATO), INCIDENT):
        wait_until("they are there", lambda: "佐藤" in _said(at.get(f"/tickets/{INCIDENT}")))
        served.clock.move(seconds=200)
        wait_until("they still are", lambda: "佐藤" in _said(at.get(f"/tickets/{INCIDENT}")))


def test_a_server_that_stops_ends_its_streams_and_takes_nobody_for_gone(filled_url: str) -> None:
    with ExitStack() as pages, desk_on(filled_url, "over HTTP") as desk:
        streams = [pages.enter_context(opened(signed_in(desk, actor), INCIDENT)) for actor in (YAMADA, SATO)]
        at = signed_in(desk)
        wait_until("they are there", lambda: "佐藤" in _said(at.get(f"/tickets/{INCIDENT}")))
        began = time.monotonic()
        desk.transport.close()
        for stream in streams:
            stream.wait_for_end()
        assert time.monotonic() - began < BEAT_SECONDS / 2
        with lobby(filled_url, clock=desk.clock) as people:
            there = people.presence.present(YAMADA.service_code, 123456, desk.clock.now)
        assert [each.master_id for each in there] == sorted(actor.master_id for actor in (YAMADA, SATO))


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_while_the_database_fails_pages_stay_open_and_then_look_anew(served: DeskUnderTest, filled_url: str) -> None:
    with opened(signed_in(served), INCIDENT) as stream:
        execute(filled_url, "ALTER TABLE sessions RENAME TO gone")
        wait_until("the desk fails", lambda: signed_in_fails(served))
        execute(filled_url, "ALTER TABLE gone RENAME TO sessions")
        assert served.update(Title="変更").error is None
        assert stream.wait_for("changed", PATIENCE) == "4"


def signed_in_fails(desk: DeskUnderTest) -> bool:
    """Whether who comes with a session is told that the desk is busy."""
    return Browser(desk, "x").get("/").status == 503
