"""Who may be told of a change: as in all that is read, the role and the ticket's management group decide."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from unyo.tickets.directory import Member, Right, Service
from unyo.tickets.model import Glimpse

from .ports import Reader


@dataclass(frozen=True, slots=True)
class Judged:
    """Tickets of a service at one moment, and who belongs to it; no service where it is gone."""

    service: Service | None
    glimpses: Mapping[int, Glimpse]

    def reader(self, master_id: str) -> Member | None:
        """The member, who may read; None for others."""
        member = self.service.members.get(master_id) if self.service else None
        return member if member and member.may(Right.READ) else None

    def seen(self, master_id: str, number: int) -> Glimpse | None:
        """The ticket, if there is one of that number and the member may see it."""
        member, glimpse = self.reader(master_id), self.glimpses.get(number)
        return glimpse if member and glimpse and member.may_see(glimpse) else None

    def sees_any(self, master_id: str) -> bool:
        """Whether the member may see one of them."""
        return any(self.seen(master_id, number) for number in self.glimpses)


def judge(reader: Reader, service_code: str, numbers: Iterable[int]) -> Judged:
    """Look at tickets of a service.

    Raises:
        StorageFailed: the database did not answer.
    """
    service = reader.directory().services.get(service_code)
    found = reader.glimpses(service_code, numbers) if service else ()
    return Judged(service, {each.number: each for each in found})
