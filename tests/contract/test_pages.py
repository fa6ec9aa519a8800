"""Pages and counts that are longer than a case would write out (section 6)."""

import sqlalchemy as sa

from support.desks import NEW_REQUEST, DeskUnderTest, who
from unyo.cast import YAMADA
from unyo.storage.engine import open_engines, parse_url
from unyo.storage.tables import tickets

FIRST, LAST = 50, 1
COUNTED = 10_000


def test_a_page_holds_fifty_where_no_limit_is_said(desk: DeskUnderTest) -> None:
    told = len(desk.history())
    for number in range(told, FIRST + LAST):
        assert desk.update(Title=f"件名 {number}").error is None
    ticket = {**who(YAMADA), "TicketId": "UTM123456"}
    first = desk.call("GetTicketHistory", ticket).body
    last = desk.call("GetTicketHistory", {**ticket, "Cursor": first["NextCursor"]}).body
    assert [len(page["HistoryList"]) for page in (first, last)] == [FIRST, LAST]
    assert last["NextCursor"] == ""


def test_a_list_counts_to_ten_thousand_and_says_where_there_are_more(desk: DeskUnderTest) -> None:
    there = int(desk.call("GetTicketList", who(YAMADA)).body["TotalCount"])
    copies(desk, COUNTED - there)
    assert desk.call("GetTicketList", who(YAMADA)).body["TotalCount"] == "10000"
    desk.register(NEW_REQUEST)
    assert desk.call("GetTicketList", who(YAMADA)).body["TotalCount"] == "10000+"


def copies(desk: DeskUnderTest, count: int) -> None:
    """So many copies of the incident, under numbers below all others."""
    engines = open_engines(parse_url(desk.url))
    try:
        with engines.writing.begin() as connection:
            one = connection.execute(sa.select(tickets).where(tickets.c.number == 123456)).one()._asdict()
            connection.execute(sa.insert(tickets), [{**one, "number": number + 1} for number in range(count)])
    finally:
        engines.dispose()
