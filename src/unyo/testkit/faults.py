"""What can go wrong, in one line each: a fault waits for the next call that it fits, and happens to it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from math import inf
from typing import Any, Final, Protocol

from unyo.cast import SATO, Actor
from unyo.client import AddMemo, AnyKind, Changes, MemoOperation
from unyo.tickets.field_tables import BY_KEY, MASTER_ID, SERVICE_CODE, TICKET_ID
from unyo.uom.actions import ACTIONS
from unyo.uom.envelopes import CONTENT_TYPE, Failure

from .clock import DeskClock
from .happening import Aim, Happening, Hook, Instead, Waiting
from .received import Received, check_action

_UPDATE: Final = ACTIONS["UpdateTicket"].name
_APPROVER: Final = BY_KEY["approver"].wire
_NAMING: Final = {
    key: tuple(name for name, action in ACTIONS.items() if any(key in table.by_key for table in action.tables))
    for key in (TICKET_ID.key, "approver")
}
"""The actions whose calls name a ticket, and an approver."""
# Longer than any signature holds, whatever the clock of whoever made it.
_ON_ITS_WAY: Final = timedelta(days=36525)
_FURTHEST: Final = timedelta(days=36525)
_HTML: Final = "text/html; charset=utf-8"
_PROXYS_PAGE: Final = Instead(502, _HTML, text="<h1>502 Bad Gateway</h1>")
_WEB_PAGE: Final = Instead(200, _HTML, text="<h1>Welcome</h1>")
_FAILED: Final = Instead(Failure.SYSTEM_ERROR.value.status, CONTENT_TYPE, Failure.SYSTEM_ERROR.value)


class Others(Protocol):
    """Others who work at the same desk while a call is on its way."""

    async def edit(self, ticket_id: str, by: Actor, changes: dict[str, Any], memos: Sequence[MemoOperation]) -> None:
        """Change a ticket in somebody's name."""

    async def take_approval_from(self, service_code: str, master_id: str) -> None:
        """Take the approval right from an account."""


class Faults:
    """The faults of one desk. Each method arms a fault, which happens to the next matching call.

    `on` says which calls and how many: ``uom.faults.on("UpdateTicket", times=2).lose_answer(carried_out=True)``.
    """

    def __init__(self, others: Others, clock: DeskClock) -> None:
        self._others = others
        self._clock = clock
        self._aim = Aim()
        self.waiting: list[Waiting] = []
        """What has not happened yet."""

    def __repr__(self) -> str:
        return f"<Faults: {', '.join(map(str, self.waiting)) or 'none waits'}>"

    def on(
        self,
        action: str = "",
        *,
        by: Actor | str = "",
        ticket: AnyKind | str = "",
        times: int = 1,
        always: bool = False,
    ) -> "Faults":
        """Faults for calls of this action, in this account's name, about this ticket only; each for ``times`` calls.

        With ``always`` they happen to every such call, until `clear`.

        Raises:
            ValueError: there is no such action, or the fault would never happen, or both so often and always.
        """
        ticket_id = ticket if isinstance(ticket, str) else ticket.ticket_id
        if action:
            check_action(action)
        if times < 1:
            raise ValueError("a fault happens once at least")
        if always and times > 1:
            raise ValueError("a fault happens so many times, or always")
        aimed = Faults(self._others, self._clock)
        aimed._aim = Aim(action, by if isinstance(by, str) else by.master_id, ticket_id, times, always)
        aimed.waiting = self.waiting
        return aimed

    def clear(self) -> None:
        """Disarm all faults; the server's clock is right again."""
        self.waiting.clear()
        self._clock.skew = timedelta()

    # Conflicts.

    def someone_edits(self, *, someone: Actor = SATO, memos: Sequence[MemoOperation] = (), **changes: Any) -> None:
        """Somebody else edits the ticket just before an update is served, which meets EXCLUSION_FAILURE.

        ``changes`` are fields by our names, as `Client.tickets.update` takes them; without any a memo is added, which
        moves the memos' lock date.

        Raises:
            TypeError: there is no such field.
            ValueError: calls of the action name no ticket.
        """
        edit = self._edit(someone, changes, memos)
        self._arm("someone_edits", "before", lambda it: replace(it, before=(*it.before, edit)), action=_UPDATE)

    def same_second(self, *, someone: Actor = SATO, **changes: Any) -> None:
        """Somebody else updates the ticket right after an update, within the same second.

        Where both changed something of one section, its lock date is then a second ahead of the clock, and one that a
        program reckoned for itself is stale. Where the update is refused, the other one is not made.

        Raises:
            TypeError: there is no such field.
            ValueError: calls of the action name no ticket.
        """
        edit = self._edit(someone, changes, ())
        self._arm("same_second", "after", lambda it: replace(it, after=(*it.after, edit)), action=_UPDATE)

    # Answers that do not come.

    def lose_answer(self, *, carried_out: bool) -> None:
        """The connection breaks in place of an answer: after the commit (``carried_out``), or before it."""
        name = f"lose_answer {'after' if carried_out else 'before'} the commit"
        self._arm(name, "answer", lambda it: replace(it, is_lost=True, is_carried_out=carried_out))

    def unreachable(self) -> None:
        """The server cannot be reached; over real HTTP, the connection breaks before anything is done."""
        self._arm("unreachable", "answer", lambda it: replace(it, is_unreached=True, is_carried_out=False))

    def latency(self, seconds: float, *, before: bool = False) -> None:
        """The answer is late by so many real seconds: after the call is carried out, or ``before``.

        Raises:
            ValueError: it is negative.
        """
        if not 0 <= seconds < inf:
            raise ValueError("a delay is a number of seconds")
        delays = (seconds, 0.0) if before else (0.0, seconds)
        self._arm(f"latency {seconds:g} s", "latency", lambda it: replace(it, delays=delays))

    # Answers that are errors.

    def system_error(self, *, carried_out: bool = False) -> None:
        """The answer is SYSTEM_ERROR; with ``carried_out`` the call was carried out, which the answer does not tell."""
        name = f"system_error {'after' if carried_out else 'before'} the commit"
        self._arm(name, "answer", lambda it: replace(it, instead=_FAILED, is_carried_out=carried_out))

    def bad_gateway(self, *, carried_out: bool = False) -> None:
        """A proxy answers in the desk's place: HTTP 502 with a page of HTML."""
        self._arm("bad_gateway", "answer", lambda it: replace(it, instead=_PROXYS_PAGE, is_carried_out=carried_out))

    def web_page(self) -> None:
        """Something other than the API answers, as with a mistyped endpoint: HTTP 200 with a page of HTML."""
        self._arm("web_page", "answer", lambda it: replace(it, instead=_WEB_PAGE, is_carried_out=False))

    def rate_limit(self, *, retry_after: int = 1) -> None:
        """The answer is 429 TOO_MANY_REQUESTS, to be tried again after so many seconds.

        Raises:
            ValueError: that is less than one.
        """
        if retry_after < 1:
            raise ValueError("a refused caller is told to wait for a second at least")
        self._arm("rate_limit", "answer", lambda it: replace(it, retry_after=retry_after))

    # Rights.

    def approver_lacks_right(self) -> None:
        """The approver whom a call names loses the approval right, for good, just before the call is served.

        Raises:
            ValueError: calls of the action name no approver.
        """
        self._check_naming("approver", "approver")
        self._take_right(_APPROVER, "approver_lacks_right", lambda call: bool((call.body or {}).get(_APPROVER)))

    def caller_lacks_right(self) -> None:
        """The caller of an update loses the approval right, for good, just before it is served; closing requires it.

        Raises:
            ValueError: the fault is for another action.
        """
        if self._aim.action not in {"", _UPDATE}:
            raise ValueError(f"caller_lacks_right is for {_UPDATE}: nothing else requires the approval right")
        self._take_right(MASTER_ID.wire, "caller_lacks_right", lambda call: call.action == _UPDATE)

    # Signatures and clocks.

    def expired_signature(self) -> None:
        """A call takes so long to arrive that its signature has expired: AUTH_FAILURE."""
        self._arm("expired_signature", "answer", lambda it: replace(it, skew=_ON_ITS_WAY))

    def clock_skew(self, *, hours: float) -> None:
        """From now on, until `clear`, the server's clock is this far ahead of the caller's, or behind it if negative.

        Raises:
            ValueError: that is more than a century, or it is to be so for some calls only.
        """
        if not abs(hours) <= _FURTHEST / timedelta(hours=1):
            raise ValueError("a server's clock is off by a century at the most")
        if self._aim != Aim():
            raise ValueError("a server's clock is the same for all calls: uom.faults.clock_skew(hours=...)")
        self._clock.skew = timedelta(hours=hours)

    def _arm(
        self,
        name: str,
        place: str,
        change: Callable[[Happening], Happening],
        *,
        action: str = "",
        also: Callable[[Received], bool] = lambda _: True,
    ) -> None:
        aim = replace(self._aim, action=self._aim.action or action)
        self.waiting.append(Waiting(name, place, change, aim, also, aim.times))

    def _check_naming(self, key: str, what: str) -> None:
        if self._aim.action and self._aim.action not in _NAMING[key]:
            raise ValueError(f"a call of {self._aim.action} names no {what}")

    def _edit(self, someone: Actor, changes: dict[str, Any], memos: Sequence[MemoOperation]) -> Hook:
        for name in changes:
            if name not in Changes.__annotations__:
                raise TypeError(f"a ticket has no field {name}")
        self._check_naming(TICKET_ID.key, "ticket that somebody could edit")
        if not changes and not memos:
            memos = [AddMemo("確認しました。")]

        async def _edits(call: Received) -> None:
            await self._others.edit(call.ticket_id, someone, changes, memos)

        return _edits

    def _take_right(self, named_by: str, name: str, also: Callable[[Received], bool]) -> None:
        async def _takes(call: Received) -> None:
            body = call.body or {}
            await self._others.take_approval_from(str(body.get(SERVICE_CODE.wire)), str(body.get(named_by)))

        self._arm(name, "right", lambda it: replace(it, before=(*it.before, _takes)), also=also)
