"""Which steps of a close make sense for whom, and what each sets."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from unyo.tickets.decide import blank_ticket
from unyo.tickets.directory import Member, Right, Role, Service
from unyo.tickets.field_tables import STATES
from unyo.tickets.model import APPROVAL_STATES, AWAITING_APPROVAL, CLOSED, Ticket, TicketKind
from unyo.tickets.transitions import Transition, approvers, offered, values_of

NOW = datetime(2026, 4, 1, tzinfo=UTC)
WORKER = Member("SA1", Role.UPDATER)
APPROVER = Member("SA2", Role.ADMINISTRATOR, may_approve=True)
READER = Member("SA3", Role.READER, may_approve=True)
STRANGER = Member("SA4", Role.UPDATER, may_approve=True, groups=frozenset({"ネットワーク"}))


def _ticket(state: str, kind: TicketKind = TicketKind.INCIDENT, group: str = "サーバ運用") -> Ticket:
    blank = blank_ticket("uom1", 1, kind, NOW)
    return replace(blank, values={**blank.values, "state": state, "management_group": group})


OPEN_STATES = [(kind, state) for kind, states in STATES.items() for state in states if state not in APPROVAL_STATES]


@pytest.mark.parametrize(("kind", "state"), OPEN_STATES)
@pytest.mark.parametrize("member", [WORKER, APPROVER])
def test_whoever_works_a_ticket_may_ask_for_its_close(kind: TicketKind, state: str, member: Member) -> None:
    assert offered(_ticket(state, kind), member) == (Transition.REQUEST_CLOSE,)


def test_who_has_the_approval_right_may_approve_or_send_back() -> None:
    assert offered(_ticket(AWAITING_APPROVAL), APPROVER) == (Transition.APPROVE, Transition.SEND_BACK)


def test_who_has_no_approval_right_may_withdraw_the_request() -> None:
    assert offered(_ticket(AWAITING_APPROVAL), WORKER) == (Transition.WITHDRAW,)


def test_an_approver_who_works_the_ticket_may_withdraw_the_request_too() -> None:
    awaiting = _ticket(AWAITING_APPROVAL)
    mine = replace(awaiting, values={**awaiting.values, "assignee": APPROVER.master_id})
    assert offered(mine, APPROVER) == (Transition.APPROVE, Transition.SEND_BACK, Transition.WITHDRAW)


def test_a_closed_ticket_may_be_opened_again() -> None:
    assert offered(_ticket(CLOSED), WORKER) == (Transition.REOPEN,)


@pytest.mark.parametrize("state", STATES[TicketKind.INCIDENT])
@pytest.mark.parametrize("member", [READER, STRANGER])
def test_who_may_not_write_or_see_a_ticket_is_offered_nothing(state: str, member: Member) -> None:
    assert offered(_ticket(state), member) == ()


def test_approvers_are_those_who_could_close_the_ticket() -> None:
    members = {each.master_id: each for each in (WORKER, APPROVER, READER, STRANGER)}
    service = Service("uom1", members, ())
    assert approvers(_ticket("対応中"), service) == (APPROVER,)
    assert approvers(_ticket("対応中", group="ネットワーク"), service) == (APPROVER, STRANGER)
    assert not READER.may(Right.WRITE)


def test_each_step_sets_its_state_and_the_approver_where_the_state_has_one() -> None:
    assert values_of(Transition.REQUEST_CLOSE, WORKER, "SA2") == {"state": "クローズ承認待ち", "approver": "SA2"}
    assert values_of(Transition.SEND_BACK, APPROVER, "SA9") == {"state": "差し戻し"}
    assert values_of(Transition.WITHDRAW, WORKER, "SA9") == {"state": "対応中"}
    assert values_of(Transition.REOPEN, WORKER, "SA9") == {"state": "対応中"}


def test_who_approves_is_the_approver_whoever_was_asked() -> None:
    assert values_of(Transition.APPROVE, APPROVER, "SA9") == {"state": "クローズ", "approver": "SA2"}


@pytest.mark.parametrize("kind", TicketKind)
def test_each_step_leads_to_a_state_of_either_kind_of_ticket(kind: TicketKind) -> None:
    assert {step.leads_to for step in Transition} <= set(STATES[kind])
