"""Values against the service's option lists and accounts (contract, section 5, check 10)."""

from collections.abc import Iterator

from .directory import Service
from .errors import Fault, Reason
from .fields import FieldTable
from .model import Ticket, Values


def judge_options(ticket: Ticket, given: Values, table: FieldTable, service: Service) -> Iterator[Fault]:
    """Every list value that is not offered; one equal to the stored value is never refused."""
    for key, wire in table.options:
        value = given.get(key)
        if value and value != ticket.values[key] and not service.offers(ticket.kind, key, str(value)):
            yield Fault(wire, Reason.WRONG)
    for parent, child in table.dependent_options:
        before = (ticket.values[parent.key], ticket.values[child.key])
        after = (given.get(parent.key, before[0]), given.get(child.key, before[1]))
        if after == before or not after[1]:
            continue
        if not service.offers(ticket.kind, child.key, str(after[1]), str(after[0])):
            yield Fault(child.wire, Reason.WRONG)


def judge_accounts(ticket: Ticket, given: Values, table: FieldTable, service: Service) -> Iterator[Fault]:
    """Every master ID that is no account of the service; the approver has a rule of its own."""
    for key, wire in table.accounts:
        value = given.get(key)
        if value and key != "approver" and value != ticket.values[key] and value not in service.members:
            yield Fault(wire, Reason.WRONG)
