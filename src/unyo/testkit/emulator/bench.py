"""A desk under control: what outlives a reset of it, and what each control asks of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from unyo.bootstrap.clock import system_clock
from unyo.cast import CAST, YAMADA, Actor
from unyo.client import AnyKind
from unyo.storage import administration
from unyo.storage.administration import NotPossible
from unyo.testkit.journal import Journal
from unyo.testkit.leaning import extensions_leant_on
from unyo.testkit.uom import Snapshot, Uom
from unyo.tickets.directory import Role

from .records import Record


class Bench:
    """A desk whose clock goes by the true time, or stands at ``now``."""

    def __init__(self, *, now: datetime | None = None, as_vendor: bool = False) -> None:
        self._follows_true_time = now is None
        self.uom = Uom(now=now or system_clock(), as_vendor=as_vendor)
        self._snapshots: dict[str, Snapshot] = {}
        self._used: set[str] = set()
        self._go_by_true_time()

    def close(self) -> None:
        """Close the desk, and delete what it stored."""
        self.uom.close()

    # The desk as it was.

    def reset(self) -> None:
        """Return to the beginning: no tickets, no faults, an empty journal; snapshots stay."""
        self._remember_extensions()
        self.uom.reset()
        self._go_by_true_time()

    def snapshot(self, name: str = "") -> str:
        """Take a snapshot of the whole desk, under this name or a number; an older one of that name is replaced."""
        name = name or next(str(n) for n in range(1, len(self._snapshots) + 2) if str(n) not in self._snapshots)
        older, self._snapshots[name] = self._snapshots.get(name), self.uom.snapshot()
        if older is not None:
            _discard(older)
        return name

    def restore(self, snapshot: str) -> None:
        """Return to the snapshot of this name.

        Raises:
            NotPossible: there is none.
        """
        if snapshot not in self._snapshots:
            raise NotPossible(f"there is no snapshot {snapshot}: there are {', '.join(self._snapshots) or 'none'}")
        self._remember_extensions()
        self.uom.restore(self._snapshots[snapshot])

    def snapshots(self) -> list[str]:
        """The names of the snapshots."""
        return list(self._snapshots)

    def forget_snapshots(self) -> None:
        """Delete all snapshots."""
        while self._snapshots:
            _discard(self._snapshots.popitem()[1])

    # What was called.

    def calls(self, action: str = "", by: str = "", ticket: str = "", error_type: str = "") -> Journal:
        """The calls of this action, in this account's name, about this ticket, that were refused by this ErrorType."""

        def _fits(wanted: str, found: str) -> bool:
            return wanted in {"", found}

        return Journal(
            [
                call
                for call in self.uom.journal
                if _fits(action, call.action)
                and _fits(by, call.master_id)
                and _fits(ticket, call.ticket_id)
                and _fits(error_type, call.error_type)
            ]
        )

    def forget_calls(self) -> None:
        """Delete all calls from the journal."""
        self._remember_extensions()
        self.uom.journal.clear()

    def extensions(self) -> Sequence[str]:
        """Which of unyo's extensions, unknown to the vendor, programs have used since the start, resets or not."""
        self._remember_extensions()
        return sorted(self._used)

    # Who takes part.

    def ticket(self, ticket_id: str, by: Actor = YAMADA) -> AnyKind:
        """A ticket as somebody sees it now; not entered in the journal.

        Raises:
            NoTicketId: there is none, or it may not be seen.
        """
        with self.uom.inner_client(by) as client:
            return client.tickets.get(ticket_id)

    def accounts(self) -> list[Record]:
        """The cast with the rights that they have now."""
        return [self._account(actor) for actor in CAST]

    def change_account(
        self,
        actor: Actor,
        *,
        role: Literal["特権ユーザ", "管理ユーザ", "更新ユーザ", "参照ユーザ"] | None = None,
        may_approve: bool | None = None,
    ) -> Record:
        """Change a role or the approval right; what is not given stays as it is."""
        now = self._account(actor)
        with self.uom.administer() as admin:
            administration.set_role(
                admin,
                actor.service_code,
                actor.master_id,
                Role(role or now["role"]),
                may_approve=now["may_approve"] if may_approve is None else may_approve,
            )
        return self._account(actor)

    def _account(self, actor: Actor) -> Record:
        with self.uom.administer() as admin:
            row = administration.find_member(admin, actor.service_code, actor.master_id)
        return {
            "service_code": actor.service_code,
            "master_id": actor.master_id,
            "name": actor.name,
            "role": row.role,
            "may_approve": row.may_approve,
            "groups": actor.groups,
        }

    def _remember_extensions(self) -> None:
        self._used.update(extensions_leant_on(self.uom.journal))

    def _go_by_true_time(self) -> None:
        if self._follows_true_time:
            self.uom.clock.set(system_clock())
            self.uom.clock.run()


def _discard(snapshot: Snapshot) -> None:
    if snapshot.copied is not None:
        snapshot.copied.unlink(missing_ok=True)
