"""Several processes on one PostgreSQL database: they share its tickets, its numbers and its rights."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from sqlalchemy.engine import Connection

from support.databases import Databases
from support.desks import INCIDENT, NEW_INCIDENT, REQUEST, DeskUnderTest, desk_on, who
from support.directories import admin
from support.gate import GateClock, outcome_of, write_call
from support.nodes import Node, nodes_on, together
from support.processes import wait_until
from unyo.cast import SATO, SERVICE, TAKAHASHI, TANAKA, YAMADA, Actor
from unyo.services.ports import Done
from unyo.storage import administration
from unyo.storage.administration import Admin
from unyo.storage.engine import open_engines, parse_url
from unyo.tickets.directory import Role
from unyo.tickets.errors import Reason, Refusal

ROUNDS = 15
# What was revoked must be gone everywhere within so many seconds.
PROPAGATION = 1.0
AUTH_FAILURE = "AUTH_FAILURE", "認証エラーです。"
NOT_ALLOWED = "PARAMETER_ERROR", "指定されたSAアカウントまたはサービスコードが不正です。"


@dataclass(frozen=True)
class Nodes:
    """Three processes on one database, and a desk of the test's own to look at what they did."""

    all: Sequence[Node]
    desk: DeskUnderTest


@pytest.fixture(scope="module")
def nodes(all_databases: dict[str, Databases]) -> Iterator[Nodes]:
    databases = all_databases["postgresql"]
    url = databases.filled()
    with nodes_on(url, 3) as opened, desk_on(url) as desk:
        yield Nodes(opened, desk)
    databases.drop(url)


def test_of_processes_that_hold_the_same_dates_exactly_one_wins_each_round(nodes: Nodes) -> None:
    changes = len(nodes.desk.history())
    seen: list[str] = []
    for number in range(ROUNDS):
        echo = nodes.desk.echo()
        bodies = [{**echo, "Title": f"{number}の{node}"} for node in range(3)]
        answers = together(nodes.all, "UpdateTicket", bodies)
        assert sorted(answer.error_type for answer in answers) == ["", "EXCLUSION_FAILURE", "EXCLUSION_FAILURE"]
        (winner,) = (body["Title"] for body, answer in zip(bodies, answers, strict=True) if answer.error is None)
        detail = nodes.desk.detail()
        assert detail["Title"] == winner
        seen.append(detail["StateUpdateDate"])
    assert seen == sorted(set(seen))
    assert len(nodes.desk.history()) == changes + ROUNDS


@pytest.mark.parametrize("action", ["RegisterTicket", "UpdateTicket"])
def test_of_processes_that_send_one_call_id_one_applies_it_and_all_get_its_answer(nodes: Nodes, action: str) -> None:
    for number in range(ROUNDS):
        new = {**who(YAMADA), **NEW_INCIDENT}
        body = new if action == "RegisterTicket" else {**nodes.desk.echo(), "Title": f"{number}回目"}
        headers = {"x-iijapi-unyo-call": f"0d9f3b1e-6f0b-4c55-9d6c-{len(action):08x}{number:04x}"}
        answers = together(nodes.all, action, [body] * 3, headers)
        assert len({answer.content for answer in answers}) == 1
        assert answers[0].error is None
        assert sorted(answer.headers.get("x-unyo-replayed", "") for answer in answers) == ["", "1", "1"]
        told = [entry["RequestId"] for entry in nodes.desk.history(answers[0].body.get("TicketId", INCIDENT))]
        assert told.count(answers[0].body["RequestId"]) == 1


def test_registrations_of_several_processes_never_share_a_number(nodes: Nodes) -> None:
    bodies = [{**who(YAMADA), **NEW_INCIDENT, "Title": f"{node}番"} for node in range(3)]
    answers = [answer for _ in range(ROUNDS) for answer in together(nodes.all, "RegisterTicket", bodies)]
    assert {answer.error for answer in answers} == {None}
    given = [answer.body["TicketId"] for answer in answers]
    assert len(set(given)) == 3 * ROUNDS
    assert [nodes.desk.detail(each)["Title"] for each in given[:3]] == [body["Title"] for body in bodies]


@contextmanager
def _administering(url: str) -> Iterator[Connection]:
    """A transaction in which the directory is changed behind every desk's back."""
    engines = open_engines(parse_url(url))
    with engines.writing.begin() as connection:
        yield connection
    engines.dispose()


def test_what_was_revoked_is_gone_from_every_process_writes_at_once_and_reads_within_a_second(nodes: Nodes) -> None:
    writing, reading, _ = nodes.all
    actors = (SATO, TAKAHASHI, TANAKA)
    before: dict[Actor, dict[str, Any]] = {actor: nodes.desk.echo(REQUEST, writer=actor) for actor in actors}
    for node in nodes.all:  # each has seen the directory as it was
        assert [node.call("GetOptionList", who(actor)).error for actor in actors] == [None] * 3
    with _administering(nodes.desk.url) as connection:
        administration.delete_key(admin(connection), SATO.key.access_key)
        administration.set_role(admin(connection), SERVICE, TAKAHASHI.master_id, Role.READER, may_approve=False)
        administration.remove_member(admin(connection), SERVICE, TANAKA.master_id)
        administration.retire_option(admin(connection), SERVICE, "2", "priority", "低")
    since = time.monotonic()

    refused = [writing.call("UpdateTicket", {**before[actor], "Title": "変更"}) for actor in actors]
    assert [answer.error for answer in refused] == [AUTH_FAILURE, NOT_ALLOWED, NOT_ALLOWED]
    body = {**nodes.desk.echo(REQUEST), "Priority": "低"}
    assert list(writing.call("UpdateTicket", body).detail) == ["Priority"]
    assert nodes.desk.echo(REQUEST) == {**before[SATO], **who(YAMADA)}

    wait_until("the second is over", lambda: time.monotonic() - since > PROPAGATION)
    listed = [reading.call("GetTicketList", who(actor)).error for actor in actors]
    assert listed == [AUTH_FAILURE, None, NOT_ALLOWED]  # whoever may only read still may
    options = reading.call("GetOptionList", {**who(YAMADA), "TicketProcessType": "2"}).body["OptionList"]
    assert [option["Value"] for option in options if option["Parameter"] == "Priority"] == ["高", "中"]


LOST: dict[str, tuple[Callable[[Admin], None], dict[str, str], Refusal]] = {
    "its key": (
        partial(administration.delete_key, access_key=SATO.key.access_key),
        {"Title": "変更"},
        Refusal(Reason.UNAUTHENTICATED),
    ),
    "its role": (
        partial(
            administration.set_role,
            service_code=SERVICE,
            master_id=SATO.master_id,
            role=Role.READER,
            may_approve=False,
        ),
        {"Title": "変更"},
        Refusal(Reason.NOT_A_MEMBER),
    ),
    "its membership": (
        partial(administration.remove_member, service_code=SERVICE, master_id=SATO.master_id),
        {"Title": "変更"},
        Refusal(Reason.NOT_A_MEMBER),
    ),
    "the value it asks for": (
        partial(administration.retire_option, service_code=SERVICE, kind="1", parameter="priority", value="低"),
        {"Priority": "低"},
        Refusal(Reason.WRONG, ("Priority",)),
    ),
}


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("revoke", "change", "refusal"), LOST.values(), ids=LOST)
def test_a_call_that_loses_what_it_needs_while_it_waits_in_the_queue_is_refused(
    filled_url: str, revoke: Callable[[Admin], None], change: dict[str, str], refusal: Refusal
) -> None:
    clock = GateClock()
    with desk_on(filled_url, clock=clock) as desk:
        echo = desk.echo(writer=SATO)
        call = write_call("UpdateTicket", {**echo, **change}, SATO)
        other = write_call("UpdateTicket", {**desk.echo(REQUEST), "Title": "変更"})
        with clock.holding(desk):
            futures = [desk.desk.writer.submit(each) for each in (call, other)]
            with _administering(filled_url) as connection:
                revoke(admin(connection))
        assert [outcome_of(future) for future in futures] == [refusal, Done(other.request_id, REQUEST)]
        assert {**desk.echo(), **who(SATO)} == echo
