"""What an engineer may write; type checkers read it, strictly, and a test runs it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from unyo import AsyncClient, Client
from unyo.client import (
    AddMemo,
    ExclusionFailure,
    Incident,
    MemoOperation,
    OnConflict,
    ParameterError,
    Request,
    State,
    SupportedGroup,
    TicketSummary,
)


def alert(client: Client, title: str, node: str) -> Incident:
    """Open an incident for an alert."""
    return client.tickets.register(
        "incident",
        title=title,
        state=State.OPEN,
        substate="未対応",
        priority="高",
        supported_group=SupportedGroup.CUSTOMER,
        importance="高",
        management_group="制限しない",
        node_name=node,
    )


def take(client: Client, ticket: Incident, who: str) -> State | str:
    """Take an incident over."""
    ticket.assignee = who
    ticket.limit_date = datetime.now(UTC) + timedelta(days=2)
    ticket.cause_class = "調査中"
    mode: OnConflict = "merge"
    operations: Sequence[MemoOperation] = [AddMemo("引き受けた")]
    updated: Incident = client.tickets.update(ticket, state=State.IN_PROGRESS, memos=operations, on_conflict=mode)
    return updated.state


def overdue(client: Client, now: datetime) -> list[TicketSummary]:
    """The incidents that should have been closed by now."""
    states = [State.OPEN, State.IN_PROGRESS]
    found = client.tickets.list(kind="incident", state=states, sort="limit_date", descending=False)
    return [each for each in found if each.limit_date and each.limit_date < now]


def retitle(client: Client, ticket_id: str, title: str) -> str:
    """Give a ticket another title, or say why not."""
    ticket = client.tickets.get(ticket_id)
    if isinstance(ticket, Request):
        return ticket.request_contents
    ticket.title = title
    try:
        client.tickets.update(ticket)
    except ExclusionFailure as failure:
        return ", ".join(f"{change.field} by {change.by}" for change in failure.changes)
    except ParameterError as refused:
        return ", ".join(refused.fields)
    return str(client.tickets.get(ticket_id).title)


def finish(client: Client, ticket: Incident, approver: str) -> Incident:
    """Note that all is done, and ask for the close."""
    noted: Incident = client.tickets.memo.add(ticket, "完了")
    return client.tickets.request_close(noted, approver)


async def memo(client: AsyncClient, ticket_id: str, text: str) -> list[str]:
    """Add a memo, and tell who changed the ticket so far."""
    async with client:
        ticket = await client.tickets.memo.add(ticket_id, text)
        ticket = await client.tickets.update(ticket, title=ticket.title)
        return [entry.user_id async for entry in client.tickets.history(ticket)]
