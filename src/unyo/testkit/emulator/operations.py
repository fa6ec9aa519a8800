"""The control API as a table: each path with what it does, most of it a method of the kit itself."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from unyo import __version__
from unyo.cast import CAST
from unyo.testkit.clock import DeskClock
from unyo.testkit.faults import Faults
from unyo.testkit.journal import Journal
from unyo.testkit.uom import Uom
from unyo.uom.actions import API_VERSION

from .bench import Bench
from .records import actor_record, call_record, clock_record, fault_record, ticket_record
from .shapes import NotFit, Shape, called, described, read_values, shape_of
from .values import NEW

Parts = Mapping[str, str]
ROOT: Final = "/_emulator"
"""Where all of it stands."""


class NotThere(Exception):
    """What a path names does not exist; the text says what does."""


@dataclass(frozen=True)
class Operation:
    """What one method of one path does. ``carry_out`` gets the path's parts and what was sent.

    ``is_quick`` says that it touches no database, and is carried out between two steps of the calls on their way;
    ``waits`` that it waits for calls, and other operations not for it.
    """

    method: str
    path: str
    says: str
    carry_out: Callable[[Bench, Parts, Any], Any]
    shape: Shape
    is_quick: bool = False
    waits: bool = False


_NOTHING: Final = shape_of(Bench.reset)
_AIM: Final = shape_of(Faults.on)
_SEED: Final = shape_of(Uom.ticket)
_EDIT: Final = shape_of(Uom.edit, without=["ticket"])
_SEEN_BY: Final = shape_of(Bench.ticket, without=["ticket_id"])
_ACCOUNT: Final = shape_of(Bench.change_account, without=["actor"])
_CALLS: Final = shape_of(Bench.calls)
# Methods of `Faults` that are no faults.
_NO_FAULTS: Final = frozenset({"on", "clear"})
# These wait for no call.
_OF_ALL_CALLS: Final = frozenset({"clock_skew"})


def _first(method: Callable[..., Any]) -> str:
    """The sentence that a method's docstring begins with."""
    return " ".join((inspect.getdoc(method) or "").partition("\n\n")[0].split())


def _seed(bench: Bench, _parts: Parts, given: Any) -> Any:
    fields = read_values(NEW[given.kind], given.fields or {}, "fields")
    return ticket_record(called(bench.uom.ticket, given.model_copy(update={"fields": fields})))


def _edit(bench: Bench, parts: Parts, given: Any) -> Any:
    try:
        return ticket_record(called(bench.uom.edit, given, parts["ticket_id"]))
    except AttributeError as error:  # a field that only the other kind has
        raise NotFit(f"changes: {error}") from None


def _see(bench: Bench, parts: Parts, given: Any) -> Any:
    return ticket_record(called(bench.ticket, given, parts["ticket_id"]))


def _change_account(bench: Bench, parts: Parts, given: Any) -> Any:
    for actor in CAST:
        if actor.master_id == parts["master_id"]:
            return called(bench.change_account, given, actor)
    raise NotThere(f"there is no {parts['master_id']} in the cast: {', '.join(each.master_id for each in CAST)}")


def _clock_operation(name: str) -> Operation:
    method = getattr(DeskClock, name)

    def _carry_out(bench: Bench, _parts: Parts, given: Any) -> Any:
        called(getattr(bench.uom.clock, name), given)
        return clock_record(bench.uom.clock)

    return Operation("POST", f"/clock/{name}", _first(method), _carry_out, shape_of(method), is_quick=True)


def _fault_operation(name: str) -> Operation:
    method = getattr(Faults, name)

    def _carry_out(bench: Bench, _parts: Parts, given: Any) -> Any:
        faults, parameters = bench.uom.faults, given.model_copy()
        if "on" in parameters.model_fields_set:
            faults = called(faults.on, parameters.on)
            parameters.model_fields_set.remove("on")
        called(getattr(faults, name), parameters)
        return _waiting(bench)

    shape = shape_of(method) if name in _OF_ALL_CALLS else shape_of(method, on=_AIM)
    return Operation("POST", f"/faults/{name}", _first(method), _carry_out, shape, is_quick=True)


def _assertion(name: str, *, waits: bool = False) -> Operation:
    method = getattr(Journal, name)

    def _carry_out(bench: Bench, _parts: Parts, given: Any) -> Any:
        found = called(getattr(bench.uom.journal, name), given)
        return {"calls": [call_record(call) for call in found or ()]}

    path, shape = f"/journal/{name}", shape_of(method)
    return Operation("POST", path, _first(method), _carry_out, shape, is_quick=not waits, waits=waits)


def _waiting(bench: Bench) -> Any:
    return {"waiting": [fault_record(fault) for fault in bench.uom.faults.waiting]}


def _journal(bench: Bench, _parts: Parts, given: Any) -> Any:
    found = called(bench.calls, given)
    return {"calls": [call_record(call) for call in found], "text": str(found)}


def _told(_bench: Bench, _parts: Parts, _given: Any) -> Any:
    return {
        "operations": [
            {"method": each.method, "path": ROOT + each.path, "says": each.says, "takes": described(each.shape)}
            for each in OPERATIONS
        ]
    }


def _done(carry_out: Callable[[Bench], object]) -> Callable[[Bench, Parts, Any], Any]:
    def _carry_out(bench: Bench, _parts: Parts, _given: Any) -> Any:
        carry_out(bench)
        return {}

    return _carry_out


def names_of(kind: type[Any], *, without: frozenset[str] = frozenset()) -> list[str]:
    """The methods that a class offers, in the order in which they stand there."""
    found = ((name, each) for name, each in vars(kind).items() if inspect.isfunction(each))
    return [name for name, _ in found if not name.startswith("_") and name not in without]


FAULTS: Final = names_of(Faults, without=_NO_FAULTS)
"""Everything that can go wrong, by name."""
_ASSERTIONS: Final = [name for name in names_of(Journal) if name.startswith("assert_")]

OPERATIONS: Final = (
    Operation("GET", "/", "All controls.", _told, _NOTHING, is_quick=True),
    Operation(
        "GET",
        "/version",
        "Which release this is, and which version of the API it speaks.",
        lambda *_: {"unyo": __version__, "api": API_VERSION},
        _NOTHING,
        is_quick=True,
    ),
    Operation(
        "GET",
        "/cast",
        "The accounts, with their keys, which are public.",
        lambda *_: {"cast": [actor_record(actor) for actor in CAST]},
        _NOTHING,
        is_quick=True,
    ),
    Operation("POST", "/tickets", _first(Uom.ticket), _seed, _SEED),
    Operation("GET", "/tickets/{ticket_id}", _first(Bench.ticket), _see, _SEEN_BY),
    Operation("POST", "/tickets/{ticket_id}", _first(Uom.edit), _edit, _EDIT),
    Operation(
        "GET",
        "/clock",
        "The clock that dates tickets.",
        lambda bench, *_: clock_record(bench.uom.clock),
        _NOTHING,
        is_quick=True,
    ),
    *map(_clock_operation, ("set", "advance", "run", "stand")),
    Operation(
        "GET",
        "/faults",
        "The faults that wait for a matching call.",
        lambda bench, *_: _waiting(bench),
        _NOTHING,
        is_quick=True,
    ),
    *map(_fault_operation, FAULTS),
    Operation(
        "DELETE",
        "/faults",
        _first(Faults.clear),
        _done(lambda bench: bench.uom.faults.clear()),
        _NOTHING,
        is_quick=True,
    ),
    Operation("GET", "/journal", _first(Bench.calls), _journal, _CALLS, is_quick=True),
    *map(_assertion, _ASSERTIONS),
    _assertion("wait_for", waits=True),
    Operation("DELETE", "/journal", _first(Bench.forget_calls), _done(Bench.forget_calls), _NOTHING, is_quick=True),
    Operation(
        "GET",
        "/extensions",
        _first(Bench.extensions),
        lambda bench, *_: {"extensions": bench.extensions()},
        _NOTHING,
        is_quick=True,
    ),
    Operation("POST", "/reset", _first(Bench.reset), _done(Bench.reset), _NOTHING),
    Operation(
        "POST",
        "/snapshots",
        _first(Bench.snapshot),
        lambda bench, _, given: {"snapshot": called(bench.snapshot, given)},
        shape_of(Bench.snapshot),
    ),
    Operation(
        "GET",
        "/snapshots",
        _first(Bench.snapshots),
        lambda bench, *_: {"snapshots": bench.snapshots()},
        _NOTHING,
    ),
    Operation("DELETE", "/snapshots", _first(Bench.forget_snapshots), _done(Bench.forget_snapshots), _NOTHING),
    Operation(
        "POST",
        "/restore",
        _first(Bench.restore),
        lambda bench, _, given: called(bench.restore, given) or {},
        shape_of(Bench.restore),
    ),
    Operation(
        "GET",
        "/accounts",
        _first(Bench.accounts),
        lambda bench, *_: {"accounts": bench.accounts()},
        _NOTHING,
    ),
    Operation("POST", "/accounts/{master_id}", _first(Bench.change_account), _change_account, _ACCOUNT),
)
