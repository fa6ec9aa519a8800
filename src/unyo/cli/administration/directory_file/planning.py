"""The difference between a file and what is administered, as steps that make it vanish."""

from collections.abc import Iterator
from dataclasses import dataclass

from unyo.storage.administration import Admin, NotPossible, State, read_state

from .accounts import account_steps, pruned_account, unknown_keys
from .reading import Places
from .services import pruned_service, service_steps
from .shape import DirectoryFile
from .steps import Step


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps in the order in which they can be made, and what can only be said."""

    steps: list[Step]
    notes: list[str]


def plan(state: State, wanted: DirectoryFile, places: Places, *, prune: bool) -> Plan:
    """What there is to do; without ``prune`` nothing is taken away that the file does not name.

    Raises:
        NotPossible: the file says what cannot be; the message says where.
    """
    accounts = wanted.accounts or {}
    notes = [
        note
        for master_id, part in accounts.items()
        for note in unknown_keys(state.accounts.get(master_id), master_id, part)
    ]
    return Plan([*_steps(state, wanted, places, prune=prune)], notes)


def _steps(state: State, wanted: DirectoryFile, places: Places, *, prune: bool) -> Iterator[Step]:
    """Services before the accounts that have roles in them, and what is taken from services last."""
    services, accounts = wanted.services or {}, wanted.accounts or {}
    for code, service in services.items():
        yield from service_steps(state.services.get(code), code, service, places, prune=prune)
    for master_id, account in accounts.items():
        yield from account_steps(state.accounts.get(master_id), master_id, account, prune=prune)
    if prune and wanted.accounts is not None:
        for master_id, there in state.accounts.items():
            if master_id not in accounts:
                yield from pruned_account(there)
    if prune and wanted.services is not None:
        for code, known in state.services.items():
            yield from pruned_service(known, services.get(code))


def carry_out(admin: Admin, wanted: DirectoryFile, places: Places, *, prune: bool) -> Plan:
    """Make what is administered as the file says, within the transaction of ``admin``; what was to be done for it.

    Raises:
        NotPossible: a step is refused; the message says where in the file it comes from.
    """
    admin.wait()
    made = plan(read_state(admin.connection), wanted, places, prune=prune)
    for step in made.steps:
        try:
            step.do(admin)
        except NotPossible as error:
            raise places.wrong(step.path, str(error)) from None
    return made
