"""The rules by the thousand, without a database: any ticket, any well-formed call, judged by a plain model."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.generated import Draw, known_of, service, tickets
from support.generated_calls import MOMENTS, Situation, echo, permitted, permitted_updates, registrations, situations
from support.judging import ERRORS
from support.model import LOCKS, Refused, Rules, registered, updated
from support.watching import lines_between
from unyo.cast import YAMADA
from unyo.tickets.commands import RegisterTicket, UpdateTicket
from unyo.tickets.dates import format_date
from unyo.tickets.decide import Change, decide_registration, decide_update
from unyo.tickets.errors import Refusal
from unyo.tickets.history import Door, HistoryEntry
from unyo.tickets.model import Ticket
from unyo.uom.actions import ACTIONS
from unyo.uom.answers import ticket_history
from unyo.uom.envelopes import refusal

MODEST = settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
SOME = settings(MODEST, max_examples=300)
MANY = settings(MODEST, max_examples=800)


def judged(situation: Situation) -> Change | Refusal:
    """What the rules say to a call, which is read from its body as from the wire."""
    of = service(situation.rules)
    member = of.members[situation.actor.master_id]
    action = "UpdateTicket" if "TicketId" in situation.body else "RegisterTicket"
    command = ACTIONS[action].read(situation.body)
    if isinstance(command, RegisterTicket):
        return decide_registration(command, member, of, situation.now)
    assert isinstance(command, UpdateTicket), (command, situation.body)
    return decide_update(situation.ticket, command, member, of, situation.now)


def permitted_change(situation: Situation) -> Change:
    """What a call changes that must not be refused."""
    change = judged(situation)
    assert isinstance(change, Change), change
    return change


def expected(situation: Situation) -> list[Refused]:
    known = known_of(situation.ticket) if situation.ticket else None
    return situation.rules.refusals(known, situation.body, situation.actor)


def on_the_wire(refused: Refusal) -> tuple[str, str, frozenset[str]]:
    answer = refusal("", refused)["ErrorResponse"]
    return answer["ErrorType"], answer["ErrorMessage"], frozenset(answer.get("ErrorDetail", ()))


def assert_judged_as_expected(situation: Situation, expected: list[Refused]) -> None:
    """The refusal is the first of those that apply; without any, the call is permitted."""
    outcome = judged(situation)
    if isinstance(outcome, Change):
        assert expected == []
    else:
        _, error_type, message = ERRORS[expected[0].error]
        assert on_the_wire(outcome) == (error_type, message, expected[0].fields)


@st.composite
def lives(draw: Draw) -> list[Change]:
    """A registration and some permitted updates, each of what the one before left; the clock goes where it likes."""
    changes = [permitted_change(draw(registrations()))]
    for _ in range(draw(st.integers(1, 5))):
        ticket = changes[-1].ticket
        body = draw(permitted_updates(known_of(ticket)))
        changes.append(permitted_change(Situation(ticket, body, YAMADA, Rules(), draw(MOMENTS))))
    return changes


def lines_of(change: Change, situation: Situation) -> list[tuple[str, str, str]]:
    """The lines of the history as GetTicketHistory answers them."""
    entry = HistoryEntry(1, situation.now, situation.actor.master_id, "", Door.API, change.lines)
    (answered,) = ticket_history([entry], service(situation.rules), "")["HistoryList"]
    return [(line["Parameter"], line["Before"], line["After"]) for line in answered["ChangeList"]]


def test_an_update_is_refused_for_the_first_reason_that_applies() -> None:
    first: Counter[str] = Counter()
    contested: Counter[str] = Counter()

    @given(situations())
    @MANY
    def _judge(situation: Situation) -> None:
        reasons = expected(situation)
        assert_judged_as_expected(situation, reasons)
        first[reasons[0].check if reasons else "permitted"] += 1
        contested.update(reason.check for reason in reasons[:1] if len(reasons) > 1)

    _judge()
    # The calls that were drawn met every refusal, and every one that can be first among several was.
    checks = {"10", "11 approver needed", "11 approver not allowed", "11 group", "12", "13"}
    assert set(first) == {"permitted", "9 ticket", "9 type", *checks, "14"}
    assert set(contested) == checks


def test_a_registration_is_refused_for_the_first_reason_that_applies() -> None:
    first: Counter[str] = Counter()

    @given(registrations(known_only=False))
    @SOME
    def _judge(situation: Situation) -> None:
        reasons = expected(situation)
        assert_judged_as_expected(situation, reasons)
        first[reasons[0].check if reasons else "permitted"] += 1

    _judge()
    assert set(first) == {"permitted", "10", "11 approver needed", "11 approver not allowed", "11 group", "14"}


@given(permitted())
@SOME
def test_an_update_leaves_the_old_values_overlaid_by_the_given_ones(situation: Situation) -> None:
    assert situation.ticket is not None
    now = format_date(situation.now)
    left = updated(known_of(situation.ticket), situation.body, situation.actor, now)
    assert known_of(permitted_change(situation).ticket) == left


@given(registrations())
@MODEST
def test_a_registration_leaves_what_was_given_registered_now(situation: Situation) -> None:
    change = permitted_change(situation)
    left = registered(situation.body, "UTM0", situation.actor, format_date(situation.now))
    assert known_of(change.ticket) == left
    assert change.ticket.version == 1


@pytest.mark.parametrize("strategy", [permitted, registrations])
def test_the_lines_of_the_history_lead_from_before_to_after(
    strategy: Callable[[], st.SearchStrategy[Situation]],
) -> None:
    @given(strategy())
    @MODEST
    def _follow(situation: Situation) -> None:
        change = permitted_change(situation)
        before = known_of(situation.ticket).detail if situation.ticket else {}
        after = known_of(change.ticket).detail
        values = {name: before.get(name, "") for name in {*after, *before}}
        for name, was, becomes in lines_of(change, situation):
            found = values.get(name) or ""
            assert (found[0] if isinstance(found, list) else found) == was != becomes
            values[name] = becomes
        assert lines_between(values, after) == []

    _follow()


@given(permitted())
@MODEST
def test_a_call_that_changes_nothing_moves_nothing_and_any_other_makes_one_version(situation: Situation) -> None:
    assert situation.ticket is not None
    change = permitted_change(situation)
    if change:
        assert change.ticket.version == situation.ticket.version + 1
        assert known_of(change.ticket) != known_of(situation.ticket)
    else:
        assert change.ticket == situation.ticket


@given(permitted())
@MODEST
def test_what_an_update_left_can_be_sent_back_and_changes_nothing(situation: Situation) -> None:
    change = permitted_change(situation)
    again = replace(situation, ticket=change.ticket, body=echo(known_of(change.ticket)))
    assert not permitted_change(again)


@given(st.data(), tickets())
@MODEST
def test_of_any_calls_with_the_same_dates_one_at_most_changes_the_ticket_and_none_passes_after_it(
    data: st.DataObject, ticket: Ticket
) -> None:
    bodies = data.draw(st.lists(permitted_updates(known_of(ticket)), min_size=2, max_size=5))
    is_changed = False
    for body in bodies:
        outcome = judged(Situation(ticket, body, YAMADA, Rules(), data.draw(MOMENTS)))
        assert isinstance(outcome, Refusal) is is_changed
        if isinstance(outcome, Change) and outcome:
            ticket, is_changed = outcome.ticket, True


@given(lives())
@MODEST
def test_insert_dates_never_move_and_update_dates_only_grow(changes: list[Change]) -> None:
    for before, after in pairwise(known_of(change.ticket).detail for change in changes):
        for name in LOCKS[before["TicketProcessType"]]:
            assert after[name] == before[name] or ("Update" in name and after[name] > before[name])


@given(lives())
@MODEST
def test_every_change_leaves_dates_that_no_change_before_it_had(changes: list[Change]) -> None:
    dates = [tuple(change.ticket.lock.items()) for change in changes if change]
    assert len(set(dates)) == len(dates) == changes[-1].ticket.version


@given(lives())
@MODEST
def test_memo_numbers_grow_and_never_return(changes: list[Change]) -> None:
    gone: set[int] = set()
    for before, after in pairwise(change.ticket for change in changes):
        gone |= set(before.memos) - set(after.memos)
        assert not gone & set(after.memos)
        assert all(number > before.last_memo for number in set(after.memos) - set(before.memos))
        assert max(after.memos, default=0) <= after.last_memo >= before.last_memo
