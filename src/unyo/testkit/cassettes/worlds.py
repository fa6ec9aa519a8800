"""The world of a recording, made anew: a desk with its accounts, rights, lists and tickets, whose clock stands."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from unyo.bootstrap.desk import Desk, open_desk
from unyo.bootstrap.world import World
from unyo.storage import administration, migrations
from unyo.storage.administration import Admin, Author, NewKey, NotPossible
from unyo.storage.administration.keys import make_key
from unyo.storage.engine import Transaction
from unyo.storage.keyring import Keyring
from unyo.storage.keyring import make_key as make_secret
from unyo.storage.moving.loading import Loader
from unyo.testkit import template
from unyo.testkit.clock import DeskClock
from unyo.tickets.dates import SECOND, parse_date, whole_second
from unyo.tickets.field_tables import LOCK_FIELDS, MEMOS, UNSET, VALUE_FIELDS
from unyo.tickets.fields import Text
from unyo.tickets.model import SECTIONS, Memo, Section, Ticket, TicketKind
from unyo.tickets.text import is_storable

from .evidence import Plan
from .tickets import Seen, TicketName, ticket_number


@dataclass(frozen=True, slots=True)
class Remade:
    """A desk in a recording's world: the key of each account, and the number of each ticket that was there."""

    desk: Desk
    clock: DeskClock
    keys: Mapping[str, NewKey]
    numbers: Mapping[TicketName, int]

    def place(self, name: TicketName, number: int, seen: Seen) -> None:
        """Have a ticket be as the recording shows it."""
        with self.desk.engines.writing.begin() as connection:
            Loader(self.desk.engines, connection).place(_ticket(name[0], number, seen))

    def touch(self, service: str, number: int, now: datetime) -> None:
        """Change a ticket as somebody else does: its lock dates are others now."""
        with self.desk.engines.writing.begin() as connection:
            loader = Loader(self.desk.engines, connection)
            last = loader.ticket(service, number).last_update
            loader.redate(service, number, {Section.STATE.updated: max(last + SECOND, whole_second(now))})


@contextmanager
def remade(plan: Plan, start: datetime) -> Iterator[Remade]:
    """Open a desk in the world of a recording; it is gone at the end.

    Raises:
        NotPossible: the recording shows what no desk can hold.
    """
    keyring, clock = Keyring(make_secret()), DeskClock(start)
    numbers = _numbers(plan)
    keys = {master_id: make_key() for master_id in plan.owners.values()}
    with TemporaryDirectory(prefix="unyo-compare-") as folder:
        engines = template.open_file(Path(folder) / "desk.db")
        migrations.migrate(engines.writing)
        with engines.writing.begin() as connection:
            _administer(connection, keyring, plan, keys, start)
            loader = Loader(engines, connection)
            loader.continue_after(max([plan.highest, *numbers.values()]))
            for name, seen in plan.tickets.items():
                loader.place(_ticket(name[0], numbers[name], seen))
        desk = open_desk(engines, keyring, world=World(clock, clock))
        try:
            yield Remade(desk, clock, keys, numbers)
        finally:
            desk.close()


def _numbers(plan: Plan) -> dict[TicketName, int]:
    """The tickets' own numbers; those that have none that a desk could give get others."""
    own = {name: number for name in plan.tickets if (number := ticket_number(name[1]))}
    others = [name for name in plan.tickets if name not in own]
    return own | {name: plan.highest + place for place, name in enumerate(others, 1)}


def _administer(
    connection: Transaction, keyring: Keyring, plan: Plan, keys: Mapping[str, NewKey], now: datetime
) -> None:
    admin = Admin(connection, Author("unyo compare"), now)
    administration.claim_installation(admin, keyring, demo=False)
    members = [member.master_id for service in plan.services.values() for member in service.members]
    for master_id in dict.fromkeys([*members, *keys]):
        administration.add_account(admin, master_id)
        with suppress(NotPossible):  # a name that no desk takes shows as a difference
            administration.rename_account(admin, master_id, plan.names.get(master_id, ""))
    for code, service in plan.services.items():
        administration.add_service(admin, code, groups=service.groups, lists=service.options)
        for each in service.members:
            administration.add_member(
                admin, code, each.master_id, each.role, may_approve=each.may_approve, groups=sorted(each.groups)
            )
    for master_id, key in keys.items():
        administration.add_key(admin, keyring, master_id, key)


def _ticket(service: str, number: int, seen: Seen) -> Ticket:
    """The ticket that an answer of GetTicketDetail shows; what no desk can hold is left out, and then differs."""
    detail, now = seen.detail, whole_second(seen.call.at)
    values = UNSET | {p.key: value for p in VALUE_FIELDS if (value := _value(p.kind, detail.get(p.wire)))}
    dates = {p.key: _date(detail.get(p.wire)) for p in LOCK_FIELDS}
    lock = {key: dates[key] for section in SECTIONS[seen.kind] for key in (section.inserted, section.updated)}
    for section in SECTIONS[seen.kind]:
        lock[section.inserted] = lock[section.inserted] or now - timedelta(days=1)
    memos = {memo.number: memo for memo in _memos(detail.get(MEMOS.wire), now)}
    return Ticket(service, number, TicketKind(seen.kind), 1, max(memos, default=0), values, lock, memos)


def _value(kind: Any, text: Any) -> Any:
    if not isinstance(kind, Text) or not isinstance(text, str) or not is_storable(text):
        return None
    with suppress(ValueError):
        return kind.parse(text)
    return None


def _date(text: Any) -> datetime | None:
    with suppress(ValueError):
        return parse_date(text) if isinstance(text, str) and text else None
    return None


def _memos(found: Any, now: datetime) -> Iterator[Memo]:
    """The memos with their own numbers, where these are such as a desk gives."""
    listed = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    numbers = [str(each.get("CorrespondProcessSeq")) for each in listed]
    are_ours = len({*numbers}) == len(numbers) and all(n.isascii() and n.isdigit() and len(n) < 10 for n in numbers)  # noqa: PLR2004 - nine digits at the most
    for place, (number, each) in enumerate(zip(numbers, listed, strict=True), 1):
        inserted, updated = (_date(each.get(f"CorrespondProcess{what}Date")) for what in ("Insert", "Update"))
        told = (str(each.get(f"CorrespondProcess{what}") or "") for what in ("", "UserId"))
        text, author = (value if is_storable(value) else "" for value in told)
        yield Memo(int(number) if are_ours else place, text, author, inserted or now, updated)
