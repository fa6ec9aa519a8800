"""Everybody who may stand before the portal, and the tickets that they may see or may not."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

import sqlalchemy as sa

from unyo.cast import ITO, NETWORKS, OTHER_SERVICE, SERVERS, SERVICE, YAMADA, Actor
from unyo.storage import administration
from unyo.storage.administration import Admin, Author
from unyo.storage.tables import metadata
from unyo.tickets.directory import Role

from .desks import NEW_INCIDENT, DeskUnderTest
from .portal import Browser, signed_in

DISABLED_SERVICE: Final = "uom00000009"
_NUMBERS: Final = count(1)


@dataclass(frozen=True)
class Somebody:
    """Who comes, in which service code; ``actor`` is None for who never signed in, ``is_member`` says what they are."""

    name: str
    actor: Actor | None
    is_known: bool = True
    """Whether the portal takes them for signed in."""
    is_member: bool = True
    """Whether they may work in the service code that their session says."""

    def may_write(self) -> bool:
        """As the contract's section 7 has it."""
        return self.is_member and self.actor is not None and self.actor.role is not Role.READER

    def may_see(self, service: str, group: str) -> bool:
        """Likewise: a ticket of that service and management group (``""``: none)."""
        actor = self.actor
        if actor is None or not self.is_member or actor.service_code != service:
            return False
        return not group or not actor.groups or group in actor.groups


def _actor(service: str, role: Role = Role.OWNER, *, may_approve: bool = True, groups: tuple[str, ...] = ()) -> Actor:
    return Actor(service, f"RT{next(_NUMBERS):05}", "", role, YAMADA.key, may_approve, groups)


def _members() -> Iterator[Somebody]:
    ways = [(SERVICE, groups) for groups in ((), (SERVERS,), (NETWORKS,))]
    for service, groups in (*ways, (OTHER_SERVICE, ())):
        for role in Role:
            for may_approve in (True, False):
                what = "approver" if may_approve else "no approver"
                name = " ".join((service, role, what, *groups))
                yield Somebody(name, _actor(service, role, may_approve=may_approve, groups=groups))


MEMBERS: Final = tuple(_members())
"""Every role, with and without the approval right, in no management group, one or the other; and elsewhere."""
NOT_SIGNED_IN: Final = Somebody("not signed in", None, is_known=False, is_member=False)
DISABLED: Final = Somebody("disabled since", _actor(SERVICE), is_known=False, is_member=False)
_WITHOUT: Final = Somebody("without a service code", _actor(""), is_member=False)
_STRANGER: Final = Somebody("in a service code that is not theirs", _actor(SERVICE), is_member=False)
_IN_DISABLED: Final = Somebody("member of a disabled service code", _actor(DISABLED_SERVICE), is_member=False)
EVERYBODY: Final = (*MEMBERS, NOT_SIGNED_IN, DISABLED, _WITHOUT, _STRANGER, _IN_DISABLED)


@dataclass(frozen=True)
class Where:
    """Tickets of a service and management group; ``group`` is ``""`` where it hides nothing."""

    name: str
    service: str
    group: str = ""


PLACES: Final = (
    Where("open to all", SERVICE),
    Where("of サーバ運用", SERVICE, SERVERS),
    Where("of ネットワーク", SERVICE, NETWORKS),
    Where("of another service code", OTHER_SERVICE),
)


def settle(desk: DeskUnderTest) -> None:
    """Add everybody to a desk's directory."""
    with desk.desk.engines.writing.begin() as connection:
        admin = Admin(connection, Author("tests"), desk.clock.now)
        administration.add_service(admin, DISABLED_SERVICE, "終わったお客様")
        for each in EVERYBODY:
            if each.actor is not None:
                administration.add_account(admin, each.actor.master_id, each.name)
        for each in (*MEMBERS, DISABLED, _IN_DISABLED):
            actor = each.actor
            assert actor is not None
            place = actor.service_code, actor.master_id, actor.role
            administration.add_member(admin, *place, may_approve=actor.may_approve, groups=actor.groups)
        administration.enable_service(admin, DISABLED_SERVICE, enabled=False)


def browsers(desk: DeskUnderTest) -> dict[Somebody, Browser]:
    """A session for everybody, which nothing has ended but what became of its account."""
    assert DISABLED.actor is not None
    _enable(desk, DISABLED.actor, enabled=True)
    made = {each: signed_in(desk, each.actor) if each.actor else Browser(desk) for each in EVERYBODY}
    _enable(desk, DISABLED.actor, enabled=False)
    return made


def _enable(desk: DeskUnderTest, actor: Actor, *, enabled: bool) -> None:
    with desk.desk.engines.writing.begin() as connection:
        admin = Admin(connection, Author("tests"), desk.clock.now)
        administration.enable_account(admin, actor.master_id, enabled=enabled)


def ticket_in(desk: DeskUnderTest, where: Where) -> str:
    """The ID of a new ticket there, whose close waits for approval."""
    owner = ITO if where.service == OTHER_SERVICE else YAMADA
    needed = {"CorrespondLimitDate": "20260501120000", "CauseClassification": "調査中"}
    new = {**NEW_INCIDENT, "ManagementGroupId": where.group or "制限しない"}
    ticket = desk.register(new, actor=owner)
    body = {**desk.echo(ticket, reader=owner, writer=owner), **needed, "AssignUserId": owner.master_id}
    waits = {"StateCode": "クローズ承認待ち", "FinishApprovalUserId": owner.master_id}
    answer = desk.call("UpdateTicket", {**body, **waits}, actor=owner)
    assert answer.error is None, answer.envelope
    return ticket


def rows_of(desk: DeskUnderTest) -> dict[str, list[tuple[Any, ...]]]:
    """All that is stored."""
    with desk.desk.engines.reading.begin() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=repr)
            for table in metadata.sorted_tables
        }
