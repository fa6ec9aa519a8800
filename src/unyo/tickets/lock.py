"""The optimistic lock made of dates (contract, section 5, Lock)."""

from collections.abc import Iterable
from datetime import datetime

from .dates import SECOND, whole_second
from .model import SECTIONS, LockDates, Section, Ticket, TicketKind


def registered(kind: TicketKind, now: datetime) -> LockDates:
    """The dates of a ticket registered now: every insert date is now, every update date empty."""
    dates: dict[str, datetime | None] = {}
    for section in SECTIONS[kind]:
        dates[section.inserted] = whole_second(now)
        dates[section.updated] = None
    return dates


def holds(ticket: Ticket, sent: LockDates) -> bool:
    """Whether all dates sent equal the stored ones; empty against a date does not (check 12)."""
    return all(ticket.lock[key] == date for key, date in sent.items())


def next_update(ticket: Ticket, section: Section, now: datetime) -> datetime:
    """The date that the section takes when it changes now: strictly later than its last change.

    The first update date is the later of now and the insert date; so the order holds within one second
    and after the clock stepped back.
    """
    previous = ticket.lock[section.updated]
    inserted = ticket.lock[section.inserted]
    assert inserted is not None
    return max(whole_second(now), inserted if previous is None else previous + SECOND)


def moved(ticket: Ticket, sections: Iterable[Section], now: datetime) -> LockDates:
    """The dates after those sections changed; the others stay."""
    return {**ticket.lock, **{section.updated: next_update(ticket, section, now) for section in sections}}
