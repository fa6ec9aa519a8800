"""What a desk was asked and what it answered, with assertions on it that show all of it when they fail."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import Any, overload

from rich.cells import cell_len

from unyo.tickets.dates import JAPAN
from unyo.tickets.field_tables import BY_KEY

from .received import check_action

_LONGEST = 60
_LONGEST_NAME = 24


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was received, with its answer.

    ``at`` is the desk's time; ``headers`` are without `Authorization`; ``body`` is None where it was no JSON object.
    ``answer`` is what stands inside the envelope, also where it never reached the caller, which ``was_lost`` says; None
    where nothing answered. ``faults`` are those that it met, ``extensions`` what it used that the vendor has not.
    """

    number: int
    at: datetime
    action: str
    master_id: str
    ticket_id: str
    headers: Mapping[str, str] = field(repr=False)
    body: Mapping[str, Any] | None
    status: int
    answer: Mapping[str, Any] | None
    was_lost: bool = False
    faults: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()

    @property
    def request_id(self) -> str:
        """The answer's RequestId."""
        return str((self.answer or {}).get("RequestId", ""))

    @property
    def error_type(self) -> str:
        """The answer's ErrorType; ``""`` for a success."""
        return str((self.answer or {}).get("ErrorType", ""))

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether the body has these values, by their wire names."""
        return self.body is not None and not self.instead_of(values)

    def instead_of(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the body has in place of these values; ``...`` where it has nothing of that name."""
        body = {} if self.body is None else self.body
        return {name: body.get(name, ...) for name in values if name not in body or body[name] != values[name]}

    def has_answered(self, error_type: str) -> bool:
        """Whether it was refused by this ErrorType; with ``""``, whether it succeeded."""
        return self.answer is not None and self.error_type == error_type


class Calls(list[Call]):
    """The calls of a desk as they come, for which threads can wait."""

    def __init__(self) -> None:
        super().__init__()
        self._moved = threading.Condition()
        self._let_go = 0

    def write_down(self, call: Call) -> None:
        """Add a call, and tell those who wait."""
        with self._moved:
            self.append(call)
            self._moved.notify_all()

    def let_go(self) -> None:
        """Let those who wait at this moment wait no longer."""
        with self._moved:
            self._let_go += 1
            self._moved.notify_all()

    def wait_until(self, is_so: Callable[[], bool], within: float) -> None:
        """Wait until calls have made something so, for so many seconds at the most."""
        with self._moved:
            let_go = self._let_go
            self._moved.wait_for(lambda: is_so() or self._let_go != let_go, min(within, threading.TIMEOUT_MAX))


class Journal(Sequence[Call]):
    """The calls, in the order in which they came.

    An action's calls are chosen by what their bodies hold, by the wire's names, and by ``error_type``: ``""`` chooses
    those that succeeded.
    """

    def __init__(self, calls: list[Call]) -> None:
        self._calls = calls

    @overload
    def __getitem__(self, index: int) -> Call: ...

    @overload
    def __getitem__(self, index: slice) -> "Journal": ...

    def __getitem__(self, index: int | slice) -> "Call | Journal":
        found = self._calls[index]
        return Journal(found) if isinstance(found, list) else found

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self._calls))

    def __str__(self) -> str:
        return "\n".join(map(_line, self)) or "  (no call was received)"

    def clear(self) -> None:
        """Delete all calls from the journal."""
        self._calls.clear()

    def of(self, action: str, *, error_type: str | None = None, **values: Any) -> "Journal":
        """The calls of an action with these values that were answered so.

        Raises:
            ValueError: there is no such action, or a value has the client's name in place of the wire's.
        """
        __tracebackhide__ = True
        check_action(action)
        _check_names(values)
        found = (call for call in self if call.action == action and call.holds(values))
        return Journal([call for call in found if error_type is None or call.has_answered(error_type)])

    def wait_for(
        self, action: str, *, times: int = 1, within: float = 10, error_type: str | None = None, **values: Any
    ) -> "Journal":
        """Wait until so many calls have come, for programs that run beside the test; ``within`` is in true seconds.

        A call that meets a conflict is one too: ``error_type=""`` waits for those that succeed. In a coroutine:
        ``await asyncio.to_thread(uom.journal.wait_for, "UpdateTicket")``.

        Raises:
            AssertionError: they did not come in time; the text shows every call that was received.
            TypeError: it is a part of a journal, to which none comes.
            ValueError: there is no such action, or nothing to wait for.
        """
        __tracebackhide__ = True
        if times < 1 or not 0 <= within < inf:
            raise ValueError("a test waits for one call at least, and for a number of seconds")
        if not isinstance(self._calls, Calls):
            raise TypeError("no call comes to a part of a journal: wait with uom.journal")
        check_action(action)
        _check_names(values)
        self._calls.wait_until(lambda: len(self.of(action, error_type=error_type, **values)) >= times, within)
        found = self.of(action, error_type=error_type, **values)
        if len(found) < times:
            wanted = f"{times}× within {within:g} s"
            raise AssertionError(self._told(action, error_type, values, wanted, len(found)))
        return found

    def assert_called(
        self, action: str, *, times: int | None = None, error_type: str | None = None, **values: Any
    ) -> "Journal":
        """Assert that an action was called with these values, ``times`` times or at least once; the calls are returned.

        Raises:
            AssertionError: there were more or fewer; the text shows every call that was received.
        """
        __tracebackhide__ = True
        found = self.of(action, error_type=error_type, **values)
        if (not found) if times is None else len(found) != times:
            wanted = "at least once" if times is None else f"{times}×"
            raise AssertionError(self._told(action, error_type, values, wanted, len(found)))
        return found

    def assert_not_called(self, action: str, *, error_type: str | None = None, **values: Any) -> None:
        """Assert that there was no such call.

        Raises:
            AssertionError: there was; the text shows every call that was received.
        """
        __tracebackhide__ = True
        self.assert_called(action, times=0, error_type=error_type, **values)

    def assert_actions(self, *actions: str) -> None:
        """Assert that these actions were called in this order, and nothing else.

        Raises:
            AssertionError: others were; the text shows every call that was received.
        """
        __tracebackhide__ = True
        for action in actions:
            check_action(action)
        found = [call.action for call in self]
        if found != list(actions):
            raise AssertionError(f"expected the calls {', '.join(actions) or '(none)'}, found:\n{self}")

    def _told(self, action: str, error_type: str | None, values: Mapping[str, Any], wanted: str, found: int) -> str:
        """What was expected, every call, and what those of the action hold instead."""
        asked = dict(values) if error_type is None else {**values, "error_type": error_type}
        told = [f"expected {action}({_held(asked)}) {wanted}, found {found}×:", str(self)]
        others = [call for call in self if call.action == action and not call.holds(values)]
        if others:
            told += [
                "which hold instead:",
                *(f"  {call.number:>3} {_held(call.instead_of(values))}" for call in others),
            ]
        return "\n".join(told)


def _check_names(values: Mapping[str, Any]) -> None:
    """No call would ever hold what is named as the client names it."""
    __tracebackhide__ = True
    for name in values:
        if name in BY_KEY:
            raise ValueError(f"a call's body has the wire's names: {BY_KEY[name].wire}, not {name}")


def _held(values: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name}={'(nothing)' if value is ... else _shown(repr(value), _LONGEST)}" for name, value in values.items()
    )


def _line(call: Call) -> str:
    said = call.error_type or ("(no answer)" if call.answer is None else "OK")
    notes = [*(["answer lost"] if call.was_lost else []), *(f"fault: {fault}" for fault in call.faults)]
    told = [
        f"{call.number:>3}",
        f"{call.at.astimezone(JAPAN):%H:%M:%S}",
        _padded(call.action or "?", 16),
        _padded(call.master_id, 9),
        _padded(call.ticket_id, 9),
        f"{call.status or '---'}",
        " ".join([said, *(f"[{note}]" for note in notes)]),
    ]
    detail = (call.answer or {}).get("ErrorDetail") or {}
    return "  " + " ".join([*told, *([_shown(", ".join(detail), _LONGEST)] if detail else [])])


def _padded(text: str, width: int) -> str:
    shown = _shown(text, _LONGEST_NAME)
    return shown + " " * (width - cell_len(shown))


def _shown(text: str, longest: int) -> str:
    """What a call told, whatever it is, as something that any terminal can show in one line."""
    shown = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text[: longest + 1])
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"
