"""What is administered: services, accounts, roles, groups, keys, option lists; and the trail of who changed what.

Every change is made in a transaction of the caller's, by an `Admin`, and either whole or not at all.
"""

from .accounts import add_account, delete_account, enable_account, rename_account
from .audit import audit_trail
from .changing import Admin, AuditDoor, AuditEntry, Author, NotPossible
from .checks import is_code
from .groups import add_group, arrange_groups, delete_group, join_group, leave_group, move_group, rename_group
from .installing import (
    PUBLISHED,
    check_is_installed,
    check_is_new,
    check_key,
    claim_installation,
    clear,
    foreign_tables,
    is_demo,
)
from .keys import KEYS_PER_ACCOUNT, NewKey, add_key, delete_key, enable_key, label_key, make_key
from .members import add_member, find_member, remove_member, set_role
from .options import (
    add_option,
    arrange_options,
    delete_option,
    move_option,
    rename_option,
    restore_option,
    retire_option,
)
from .services import add_service, delete_service, enable_service, rename_service
from .signing_in import disable_password, invite, reset_password, sign_out
from .state import AccountState, KeyState, RoleState, ServiceState, State, ValueState, read_state

__all__ = [
    "KEYS_PER_ACCOUNT",
    "PUBLISHED",
    "AccountState",
    "Admin",
    "AuditDoor",
    "AuditEntry",
    "Author",
    "KeyState",
    "NewKey",
    "NotPossible",
    "RoleState",
    "ServiceState",
    "State",
    "ValueState",
    "add_account",
    "add_group",
    "add_key",
    "add_member",
    "add_option",
    "add_service",
    "arrange_groups",
    "arrange_options",
    "audit_trail",
    "check_is_installed",
    "check_is_new",
    "check_key",
    "claim_installation",
    "clear",
    "delete_account",
    "delete_group",
    "delete_key",
    "delete_option",
    "delete_service",
    "disable_password",
    "enable_account",
    "enable_key",
    "enable_service",
    "find_member",
    "foreign_tables",
    "invite",
    "is_code",
    "is_demo",
    "join_group",
    "label_key",
    "leave_group",
    "make_key",
    "move_group",
    "move_option",
    "read_state",
    "remove_member",
    "rename_account",
    "rename_group",
    "rename_option",
    "rename_service",
    "reset_password",
    "restore_option",
    "retire_option",
    "set_role",
    "sign_out",
]
