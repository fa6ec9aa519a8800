"""The people of a recording: whose keys sign it, who takes part, and which rights they show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from unyo.storage.administration.checks import is_code
from unyo.tickets.directory import Member, Role
from unyo.tickets.errors import Reason
from unyo.tickets.field_tables import BY_KEY, MEMOS, VALUE_FIELDS
from unyo.tickets.fields import Account
from unyo.tickets.model import CLOSED

from .outcomes import ADMITTED, Outcome
from .tickets import GROUP

Person = tuple[str, str]
"""A service code and a master ID."""
# In which somebody is who may not see another group's tickets, where the recording shows no group of theirs.
SOME_GROUP: Final = "compare"
_STATE, _APPROVER = (BY_KEY[key].wire for key in ("state", "approver"))


def is_someone(value: Any) -> bool:
    """Whether it can be a master ID, or a service code."""
    return isinstance(value, str) and is_code(value)


@dataclass(slots=True)
class People:
    """What the calls so far have shown of people; ``names`` are theirs by master ID."""

    names: dict[str, str] = field(default_factory=dict)
    _owners: dict[str, str] = field(default_factory=dict)
    _labels: dict[str, None] = field(default_factory=dict)
    _callers: dict[Person, None] = field(default_factory=dict)
    _named: dict[Person, None] = field(default_factory=dict)
    _admitted: set[Person] = field(default_factory=set)
    _wrote: set[Person] = field(default_factory=set)
    _refused: set[Person] = field(default_factory=set)
    _refused_reading: set[Person] = field(default_factory=set)
    _approvers: set[Person] = field(default_factory=set)
    _closed: set[Person] = field(default_factory=set)
    _may_not_close: set[Person] = field(default_factory=set)
    _blind: set[Person] = field(default_factory=set)
    _groups_seen: dict[Person, set[str]] = field(default_factory=dict)

    # What is learnt.

    def called(self, who: Person, label: str, found: Outcome, *, writes: bool) -> None:
        """Somebody made a call with the key of that label, which was answered so."""
        if found.reason is Reason.UNAUTHENTICATED:
            return
        self._labels[label] = None
        if found.is_success or found.reason in ADMITTED:
            self._owners.setdefault(label, who[1])
            self._callers[who] = None
            self._admitted.add(who)
            if writes:
                self._wrote.add(who)
        elif found.reason is Reason.NOT_A_MEMBER and self._owners.get(label, who[1]) == who[1]:
            self._refused.add(who)
            if not writes:
                self._refused_reading.add(who)
        else:
            self._callers[who] = None

    def read(self, who: Person, detail: Mapping[str, Any]) -> None:
        """Somebody was shown a ticket: who has written it, and of which group it is."""
        assignee, name = detail.get("AssignUserId"), detail.get("AssignUser")
        if is_someone(assignee) and isinstance(name, str) and name != assignee:
            self.names.setdefault(str(assignee), name)
        memos = detail.get(MEMOS.wire)
        for memo in memos if isinstance(memos, list) else ():
            if isinstance(memo, dict) and is_someone(memo.get("CorrespondProcessUserId")):
                self._named[who[0], memo["CorrespondProcessUserId"]] = None
        self._groups_seen.setdefault(who, set()).add(str(detail.get(GROUP) or ""))

    def found_nothing(self, who: Person) -> None:
        """Somebody was not shown a ticket that is there, and is a group's."""
        self._blind.add(who)

    def written(self, who: Person, before: Mapping[str, Any], body: Mapping[str, Any], found: Outcome) -> None:
        """Somebody wrote a ticket that held that ``before``, which was answered so."""
        if found.reason is Reason.NO_RIGHT_TO_CLOSE:
            self._may_not_close.add(who)
        elif found.is_success and body.get(_STATE) == CLOSED and before.get(_STATE) != CLOSED:
            self._closed.add(who)

    def taken(self, service: str, given: Mapping[str, Any]) -> None:
        """Values that the endpoint took, or shows: the accounts among them are some of the service's."""
        for parameter in VALUE_FIELDS:
            value = given.get(parameter.wire)
            if isinstance(parameter.kind, Account) and is_someone(value):
                self._named[service, str(value)] = None
                if parameter.wire == _APPROVER:
                    self._approvers.add((service, str(value)))

    # What follows.

    def owners(self) -> dict[str, str]:
        """Whose each key is; one that was never admitted is somebody's of whom the recording knows nothing."""
        others = [label for label in self._labels if label and label not in self._owners]
        return self._owners | {label: f"NOBODY{place}" for place, label in enumerate(others, 1)}

    def all(self) -> list[Person]:
        """Everybody who takes part."""
        return [*dict.fromkeys([*self._callers, *self._named, *self._refused])]

    def groups(self, service: str, listed: Iterable[str]) -> tuple[str, ...]:
        """The management groups of a service: those of its list, and one that is nobody's where it hides tickets."""
        hides = any(found == service for found, _ in self._blind)
        return tuple(dict.fromkeys([*listed, *([SOME_GROUP] if hides else [])]))

    def members(self, service: str, groups: Iterable[str]) -> tuple[Member, ...]:
        """The members of a service with these groups, each with the rights that the recording shows."""
        known = frozenset(groups)
        return tuple(self._member(who, known) for who in self.all() if who[0] == service and self._is_member(who))

    def _is_member(self, who: Person) -> bool:
        return who not in self._refused_reading or who in self._admitted

    def _member(self, who: Person, groups: frozenset[str]) -> Member:
        may_approve = who in self._closed or (who in self._approvers and who not in self._may_not_close)
        role = Role.READER if who in self._refused and who not in self._wrote else Role.UPDATER
        own = (self._groups_seen.get(who, set()) & groups or {SOME_GROUP}) if who in self._blind else frozenset[str]()
        return Member(who[1], role, may_approve, frozenset(own))
