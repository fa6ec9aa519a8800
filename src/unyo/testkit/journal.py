"""What a desk was asked and what it answered, with assertions on it that show all of it when they fail."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, overload

from rich.cells import cell_len

from unyo.tickets.dates import JAPAN

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
        return self.body is not None and all(name in self.body and self.body[name] == values[name] for name in values)


class Journal(Sequence[Call]):
    """The calls, in the order in which they came."""

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
        """Forget all calls."""
        self._calls.clear()

    def of(self, action: str, **values: Any) -> "Journal":
        """The calls of an action whose bodies hold these values, by their wire names.

        Raises:
            ValueError: there is no such action.
        """
        __tracebackhide__ = True
        check_action(action)
        return Journal([call for call in self if call.action == action and call.holds(values)])

    def assert_called(self, action: str, *, times: int | None = None, **values: Any) -> "Journal":
        """The calls of an action with these values; so many as ``times`` says, or at least one.

        Raises:
            AssertionError: there were more or fewer; the text shows every call that was received.
        """
        __tracebackhide__ = True
        found = self.of(action, **values)
        if (not found) if times is None else len(found) != times:
            wanted = "at least once" if times is None else f"{times}×"
            raise AssertionError(f"expected {_named(action, values)} {wanted}, found {len(found)}×:\n{self}")
        return found

    def assert_not_called(self, action: str, **values: Any) -> None:
        """There was no such call.

        Raises:
            AssertionError: there was; the text shows every call that was received.
        """
        __tracebackhide__ = True
        self.assert_called(action, times=0, **values)

    def assert_actions(self, *actions: str) -> None:
        """These actions were called in this order, and nothing else.

        Raises:
            AssertionError: others were; the text shows every call that was received.
        """
        __tracebackhide__ = True
        for action in actions:
            check_action(action)
        found = [call.action for call in self]
        if found != list(actions):
            raise AssertionError(f"expected the calls {', '.join(actions) or '(none)'}, found:\n{self}")


def _named(action: str, values: Mapping[str, Any]) -> str:
    held = ", ".join(f"{name}={value!r}" for name, value in values.items())
    return f"{action}({held})"


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
