"""Cursors: where a page ended, sealed, so that a forged or foreign one is a wrong value (section 6)."""

import base64
import hashlib
import hmac
import json
from dataclasses import asdict

from unyo.tickets.commands import ListTickets, ShowHistory
from unyo.tickets.errors import Reason, Refusal
from unyo.tickets.field_tables import GET_TICKET_LIST

from .ports import Position

_CURSOR = GET_TICKET_LIST.by_key["cursor"].wire
_SEAL_BYTES = 16


class CursorSealer:
    """Seals positions with a secret of the installation; every node opens what another sealed.

    A cursor belongs to its query: the same caller, service code, filters and order. The page size may change, and
    whether it is read on or back.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def __repr__(self) -> str:
        return "<CursorSealer>"

    def seal(self, query: ListTickets | ShowHistory, position: Position | None) -> str:
        """The cursor of a position; ``""`` for none."""
        if position is None:
            return ""
        payload = json.dumps([position.value, position.number]).encode()
        return base64.urlsafe_b64encode(self._seal(query, payload) + payload).rstrip(b"=").decode()

    def open(self, query: ListTickets | ShowHistory, cursor: str) -> Position | Refusal | None:
        """The position in a cursor; None for ``""``, a refusal for one that was not sealed for this query."""
        if not cursor:
            return None
        try:
            raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), b"-_", validate=True)
        except ValueError:
            return Refusal(Reason.WRONG, (_CURSOR,))
        seal, payload = raw[:_SEAL_BYTES], raw[_SEAL_BYTES:]
        if not hmac.compare_digest(seal, self._seal(query, payload)):
            return Refusal(Reason.WRONG, (_CURSOR,))
        value, number = json.loads(payload)
        return Position(value, number)

    def _seal(self, query: ListTickets | ShowHistory, payload: bytes) -> bytes:
        same = {**asdict(query), "limit": 0, "cursor": "", "backwards": False}
        scope = json.dumps([type(query).__name__, same], sort_keys=True, default=str).encode()
        digest = hashlib.sha256(scope).digest()
        return hmac.digest(self._secret, digest + payload, "sha256")[:_SEAL_BYTES]
