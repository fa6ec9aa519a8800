"""Values against the service's option lists and accounts (contract, section 5, check 10)."""

from collections.abc import Iterator

from .directory import Service
from .errors import Fault, Reason
from .fields import Account, FieldTable
from .model import Ticket, Values


def judge_options(ticket: Ticket, given: Values, table: FieldTable, service: Service) -> Iterator[Fault]:
    """Every list value that is not offered; one equal to the stored value is never refused."""
    for row in table.options:
        value = given.get(row.key)
        if value and value != ticket.values[row.key] and not service.offers(ticket.kind, row.key, str(value)):
            yield Fault(row.wire, Reason.WRONG)
    for parent, child in table.dependent_options:
        before = (ticket.values[parent.key], ticket.values[child.key])
        after = (given.get(parent.key, before[0]), given.get(child.key, before[1]))
        if after == before or not after[1]:
            continue
        if not service.offers(ticket.kind, child.key, str(after[1]), str(after[0])):
            yield Fault(child.wire, Reason.WRONG)


def judge_accounts(ticket: Ticket, given: Values, table: FieldTable, service: Service) -> Iterator[Fault]:
    """Every master ID that is no account of the service; the approver has a rule of its own."""
    for row in table.rows:
        if isinstance(row.kind, Account) and row.key in table.value_keys and row.key != "approver":
            value = given.get(row.key)
            if value and value != ticket.values[row.key] and value not in service.members:
                yield Fault(row.wire, Reason.WRONG)
