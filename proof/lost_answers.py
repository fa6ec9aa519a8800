"""Wherever an answer gets lost: the call, sent again with its call id, is done once and is answered as at first."""

import random
from collections import Counter
from contextlib import closing
from typing import Final

from sqlalchemy.engine import Connection

from support.desks import Answer
from support.faults import connected, pause

from .crash_checks import expect
from .lost_calls import REGISTER, TICKET, make_call, rows_of
from .lost_points import Point, Scene, Stage, points_on
from .places import installation_on
from .telling import Figures, Plan, Proof, in_round
from .volley import whole

_REPLAYED: Final = "x-unyo-replayed"


class _Loss:
    """An answer that gets lost, and the call sent again."""

    def __init__(self, stage: Stage, beside: Connection, tickets: list[str], chance: random.Random) -> None:
        self._stage, self._beside, self._tickets, self._chance = stage, beside, tickets, chance

    def carry_out(self, point: Point) -> bool:
        """Lose an answer, send the call again and once more; whether it had been carried out the first time."""
        client = self._stage.server.client
        call = make_call(client, self._tickets, self._chance)
        before = rows_of(self._beside)
        self._stage.server.witness.all_answers()  # those are to come that the call gets
        bytes_of_call = whole(client, call.action, call.body, call_id=call.call_id)
        heard = point.cut(Scene(self._stage, bytes_of_call, self._chance))
        server = self._stage.server
        again, once_more = call.send(server.client), call.send(server.client)
        self._judge(point, heard, server.witness.all_answers(), again, once_more)
        gained = {table: count - before[table] for table, count in rows_of(self._beside).items()}
        expect(gained == call.leaves, f"in all the call left {gained}, of {call.leaves}")
        call.expect_done_once(server.client, again)
        if call.action == REGISTER:
            self._tickets.append(again.body["TicketId"])
        return _REPLAYED in again.headers

    def _judge(self, point: Point, heard: bytes, answers: list[Answer], again: Answer, once_more: Answer) -> None:
        """See that the call was carried out once, and that all that was answered is one and the same answer."""
        for answer in (again, once_more):
            expect(answer.error is None, f"sent again, it was answered {answer.envelope}")
        expect(_REPLAYED in once_more.headers, f"twice carried out: {again.envelope} and {once_more.envelope}")
        expect(_REPLAYED in again.headers or not point.is_committed, f"committed, and yet anew: {again.envelope}")
        told = {_content_and_headers(answer) for answer in answers}
        expect(len(told) == 1, f"it was answered {told}")
        heard_again = {answer.content for answer in (again, once_more)}
        expect(heard_again == {answers[0].content}, f"answered {answers[0].envelope}, it was heard as {heard_again}")
        done = sum(_REPLAYED not in answer.headers for answer in answers)
        expect(done <= 1, f"it was carried out {done} times")
        _, _, part = heard.partition(b"\r\n\r\n")
        expect(again.content.startswith(part) and part != again.content, f"{heard!r} became {again.content!r}")


def lost_answers(plan: Plan) -> Figures:
    """Lose answers at one point after the other."""
    points = points_on(plan.database)
    rounds, carried_out = Counter[str](), Counter[str]()
    with (
        installation_on(plan.database) as (installation, _),
        connected(installation.url) as beside,
        closing(Stage(installation)) as stage,
    ):
        if plan.database == "postgresql":
            pause(installation.url, "calls", at_commit=True)
        # After a server's first write its writer looks for old call ids, in a transaction that is no call's: two are
        # made here, and two after each restart.
        client = stage.server.client
        tickets = [str(client.succeed(REGISTER, TICKET)["TicketId"]) for _ in range(2)]
        for number in range(1, plan.rounds + 1):
            point = points[(number - 1) % len(points)]
            with in_round(plan, number):
                loss = _Loss(stage, beside, tickets, random.Random(f"{plan.seed} {number}"))
                carried_out[point.name] += loss.carry_out(point)
            rounds[point.name] += 1
            plan.advance()
    return {name: f"{carried_out[name]} of {count} carried out at first" for name, count in rounds.items()}


def _content_and_headers(answer: Answer) -> tuple[bytes, tuple[tuple[str, str], ...]]:
    """What must be the same in each answer to a call: all but the mark of a repeated one."""
    return answer.content, tuple(sorted(each for each in answer.headers.items() if each[0] != _REPLAYED))


PROOFS: Final = (
    Proof(
        "lost-answers",
        "A call whose answer gets lost, at seven points, is done once when it is sent again with its call id, "
        "and is answered as it was at first",
        {"sqlite": 300, "postgresql": 300},
        lost_answers,
    ),
)
