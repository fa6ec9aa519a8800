"""A desk that hostile calls are made on: calls it would accept, to be spoilt, and what every answer must be."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.engine import Connection

from unyo.cast import YAMADA

from .contract_tables import READING_TABLES, TICKET_TABLES, Row
from .desks import INCIDENT, NEW_INCIDENT, NEW_REQUEST, REQUEST, Answer, DeskUnderTest, who
from .installations import contents_through
from .judging import A_SENTENCE, ERRORS, REQUEST_ID

TABLES: Mapping[tuple[str, str], tuple[Row, ...]] = {
    **TICKET_TABLES,
    **{(action, ""): rows for action, rows in READING_TABLES.items()},
}
"""The parameters of every action, for each kind of ticket where they differ."""
_STARTS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("RegisterTicket", "1"): NEW_INCIDENT,
    ("RegisterTicket", "2"): NEW_REQUEST,
    ("GetTicketDetail", ""): {"TicketId": INCIDENT},
    ("GetTicketHistory", ""): {"TicketId": INCIDENT},
}
_TICKETS = {"1": INCIDENT, "2": REQUEST}
# By status and type; the message is None where any one sentence may stand. No input makes a SYSTEM_ERROR.
_MESSAGES: dict[tuple[int, str], set[str | None]] = {}
for _status, _error_type, _message in ERRORS.values():
    _MESSAGES.setdefault((_status, _error_type), set()).add(_message)


class Target:
    """A desk, and what its database held after the last call that was carried out, as ``look`` sees it."""

    def __init__(
        self, desk: DeskUnderTest, store: Connection, look: Callable[[Connection], object] = contents_through
    ) -> None:
        self.desk = desk
        self._store = store
        self._look = look
        self._held = look(store)
        self._echoes: dict[str, Mapping[str, Any]] = {}

    def body(self, action: str, kind: str) -> dict[str, Any]:
        """A call that is accepted."""
        if action != "UpdateTicket":
            return {**who(YAMADA), **_STARTS.get((action, kind), {})}
        if kind not in self._echoes:
            self._echoes[kind] = self.desk.echo(_TICKETS[kind])
        return dict(self._echoes[kind])

    def judge(self, action: str, answer: Answer) -> Answer:
        """See that an answer is one of the contract's, and that nothing has changed where it is a refusal."""
        _demand(answer.headers["content-type"] == "application/json; charset=utf-8", answer)
        (name,) = json.loads(answer.content.decode("utf-8"))
        _demand(REQUEST_ID.fullmatch(answer.body["RequestId"]), answer)
        _demand(answer.headers["x-request-id"] == answer.body["RequestId"], answer)
        if name == "ErrorResponse":
            _judge_error(answer)
            if self._look(self._store) != self._held:
                raise AssertionError(f"a refused call has changed the database: {answer.envelope}")
            return answer
        _demand((answer.status, name) == (200, f"{action}Response"), answer)
        if action in {"RegisterTicket", "UpdateTicket"}:
            self._held = self._look(self._store)
            self._echoes.clear()
        return answer


def joined(members: Mapping[str, str]) -> bytes:
    """An object of members that are JSON already; what no UTF-8 can hold makes it no UTF-8."""
    text = ", ".join(f"{json.dumps(name)}: {value}" for name, value in members.items())
    return f"{{{text}}}".encode("utf-8", "surrogatepass")


def written(body: Mapping[str, Any]) -> dict[str, str]:
    """The members of a body, each as JSON."""
    return {name: json.dumps(value) for name, value in body.items()}


def _judge_error(answer: Answer) -> None:
    messages = _MESSAGES.get((answer.status, answer.error_type), set())
    message = answer.body["ErrorMessage"]
    _demand(message in messages or (None in messages and A_SENTENCE.fullmatch(message)), answer)
    _demand(set(answer.body) - {"ErrorDetail"} == {"RequestId", "ErrorType", "ErrorMessage"}, answer)
    if "ErrorDetail" in answer.body:
        _demand(set(answer.detail.values()) == {answer.error_type}, answer)


def _demand(holds: object, answer: Answer) -> None:
    if not holds:
        raise AssertionError(f"not an answer of the contract: {answer.status} {answer.headers} {answer.content!r}")
