"""All that is administered, as the file that `unyo apply` takes; never a secret."""

from typing import Any

import yaml

from unyo.storage.administration import AccountState, ServiceState, State, ValueState
from unyo.tickets.field_tables import BY_KEY
from unyo.tickets.model import TicketKind
from unyo.tickets.option_lists import OPTION_LISTS


def write_file(state: State) -> str:
    """The file; applied to the same installation it makes no difference."""
    found = {
        "unyo": 1,
        "services": {code: _service(each) for code, each in sorted(state.services.items())},
        "accounts": {master_id: _account(each) for master_id, each in sorted(state.accounts.items())},
    }
    return yaml.safe_dump(found, allow_unicode=True, sort_keys=False, width=120)


def _service(service: ServiceState) -> dict[str, Any]:
    return {
        "name": service.name,
        "enabled": service.enabled,
        "groups": [*service.groups],
        "options": {
            kind.name.lower(): {
                BY_KEY[parameter].wire: _list(service, kind, parameter, depends=bool(parent))
                for parameter, parent in lists.items()
            }
            for kind, lists in OPTION_LISTS.items()
        },
    }


def _list(
    service: ServiceState, kind: TicketKind, parameter: str, *, depends: bool
) -> list[Any] | dict[str, list[Any]]:
    """The values in their order; those of a list that depends on another one by that one's values."""
    found: dict[str, list[Any]] = {}
    for each in service.values:
        if (each.kind, each.parameter) == (kind, parameter):
            found.setdefault(each.parent, []).append(_value(each))
    return found if depends else found.get("", [])


def _value(value: ValueState) -> str | dict[str, Any]:
    return {"value": value.value, "retired": True} if value.retired else value.value


def _account(account: AccountState) -> dict[str, Any]:
    return {
        "name": account.name,
        "enabled": account.enabled,
        "roles": {
            code: {"role": each.role.value, "may_approve": each.may_approve, "groups": [*each.groups]}
            for code, each in sorted(account.roles.items())
        },
        "keys": {each.access_key: {"label": each.label, "enabled": each.enabled} for each in account.keys},
    }
