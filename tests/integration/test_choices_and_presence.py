"""What people choose and save, and who has which ticket open; on both databases."""

import sqlalchemy as sa

from support.people import Lobby
from unyo.cast import ITO, OTHER_SERVICE, SATO, SERVICE, YAMADA
from unyo.services.people import PRESENT_FOR, SEEN_EVERY, Chosen, Present, SavedView
from unyo.storage import administration
from unyo.storage.tables import presence, saved_views

SA = YAMADA.master_id
TICKET = 123456


def test_what_somebody_chose_last_is_kept_for_them_alone(desk_lobby: Lobby) -> None:
    assert desk_lobby.choices.chosen(SA) == Chosen()
    desk_lobby.choices.choose(SA, Chosen("en", "dark", "Europe/Zurich"))
    desk_lobby.choices.choose(SA, Chosen("ja", "", "Europe/Zurich"))
    assert desk_lobby.choices.chosen(SA) == Chosen("ja", "", "Europe/Zurich")
    assert desk_lobby.choices.chosen(SATO.master_id) == Chosen()


def test_lists_are_saved_by_name_for_one_person_in_one_service(desk_lobby: Lobby) -> None:
    for name, query in (("期限切れ", "overdue=1"), ("Mine", "assigned=me"), ("期限切れ", "overdue=1&sort=priority")):
        desk_lobby.choices.save_view(SERVICE, SA, SavedView(name, query))
    assert desk_lobby.choices.views(SERVICE, SA) == [
        SavedView("Mine", "assigned=me"),
        SavedView("期限切れ", "overdue=1&sort=priority"),
    ]
    assert desk_lobby.choices.views(OTHER_SERVICE, SA) == desk_lobby.choices.views(SERVICE, SATO.master_id) == []
    desk_lobby.choices.delete_view(SERVICE, SATO.master_id, "Mine")
    desk_lobby.choices.delete_view(SERVICE, SA, "Mine")
    assert [view.name for view in desk_lobby.choices.views(SERVICE, SA)] == ["期限切れ"]


def test_who_opens_a_ticket_is_present_until_they_leave_or_say_nothing_any_more(desk_lobby: Lobby) -> None:
    def _arrive(master_id: str, *, is_editing: bool = False) -> None:
        desk_lobby.presence.arrive(SERVICE, TICKET, master_id, desk_lobby.clock(), is_editing=is_editing)

    def _present() -> list[Present]:
        return [*desk_lobby.presence.present(SERVICE, TICKET, desk_lobby.clock())]

    _arrive(SATO.master_id)
    _arrive(SA, is_editing=True)
    desk_lobby.presence.arrive(OTHER_SERVICE, TICKET, ITO.master_id, desk_lobby.clock(), is_editing=True)
    assert _present() == [Present(SA, is_editing=True), Present(SATO.master_id, is_editing=False)]
    _arrive(SATO.master_id, is_editing=True)
    desk_lobby.presence.leave(SERVICE, TICKET, SA)
    assert _present() == [Present(SATO.master_id, is_editing=True)]
    desk_lobby.clock.move(seconds=PRESENT_FOR.total_seconds() - 1)
    assert _present() == [Present(SATO.master_id, is_editing=True)]
    desk_lobby.clock.move(seconds=1)
    assert _present() == []
    _arrive(SA)
    with desk_lobby.engines.reading.begin() as connection:  # those who are long gone were swept away
        assert connection.execute(sa.select(presence.c.master_id)).scalars().all() == [SA]


def test_to_say_every_half_minute_that_one_is_there_costs_a_write_a_minute(desk_lobby: Lobby) -> None:
    written = []

    @sa.event.listens_for(desk_lobby.engines.writing, "begin")
    def _count(_connection: object) -> None:
        written.append(desk_lobby.clock.now)

    for _ in range(20):
        desk_lobby.presence.arrive(SERVICE, TICKET, SA, desk_lobby.clock(), is_editing=False)
        assert desk_lobby.presence.present(SERVICE, TICKET, desk_lobby.clock()) == [Present(SA, is_editing=False)]
        desk_lobby.clock.move(seconds=30)
    assert len(written) == 10
    assert SEEN_EVERY.total_seconds() + 30 < PRESENT_FOR.total_seconds()


def test_who_is_disabled_is_not_present(desk_lobby: Lobby) -> None:
    desk_lobby.presence.arrive(SERVICE, TICKET, SA, desk_lobby.clock(), is_editing=False)
    with desk_lobby.administering() as admin:
        administration.enable_account(admin, SA, enabled=False)
    assert desk_lobby.presence.present(SERVICE, TICKET, desk_lobby.clock()) == []


def test_what_hangs_on_a_deleted_service_goes_with_it(desk_lobby: Lobby) -> None:
    code = "uom00000009"
    with desk_lobby.administering() as admin:
        administration.add_service(admin, code)
    desk_lobby.choices.save_view(code, SA, SavedView("Mine", "assigned=me"))
    desk_lobby.presence.arrive(code, TICKET, SA, desk_lobby.clock(), is_editing=False)
    with desk_lobby.administering() as admin:
        administration.enable_service(admin, code, enabled=False)
        administration.delete_service(admin, code)
    with desk_lobby.engines.reading.begin() as connection:
        for table in (saved_views, presence):
            assert connection.execute(sa.select(table)).all() == []
