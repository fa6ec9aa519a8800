"""The commands for roles, which accounts have in services: `unyo role`."""

from enum import StrEnum
from typing import Annotated

import typer

from unyo.cli.flags import DATABASE, with_settings
from unyo.cli.rows import JsonFlag, show_rows
from unyo.config.settings import Settings
from unyo.storage import administration
from unyo.storage.administration import Admin
from unyo.tickets.directory import Role

from .administering import AccountArgument, ServiceArgument, YesFlag, ask, change, check_known, current

app = typer.Typer()
role = typer.Typer(no_args_is_help=True, help="Roles of accounts in services: list, add, change, delete.")
app.add_typer(role, name="role")


class RoleName(StrEnum):
    """The vendor's roles, and names for keyboards without Japanese."""

    OWNER = "特権ユーザ"
    ADMINISTRATOR = "管理ユーザ"
    UPDATER = "更新ユーザ"
    READER = "参照ユーザ"
    OWNER_EN = "owner"
    ADMINISTRATOR_EN = "administrator"
    UPDATER_EN = "updater"
    READER_EN = "reader"

    @property
    def role(self) -> Role:
        """The role of that name."""
        return Role[self.name.removesuffix("_EN")]


@role.command("list")
@with_settings(*DATABASE)
def list_(
    settings: Settings,
    service_code: Annotated[str, typer.Argument(metavar="SERVICE", help="Only this service's.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """List who is what in which service. In a pipe: a line each, with tabs between service, account, role and so on."""
    state = current(settings)
    if service_code:
        check_known("service code", service_code, state.services)
    rows = [
        {
            "service_code": code,
            "master_id": account.master_id,
            "name": account.name,
            "role": each.role.value,
            "may_approve": each.may_approve,
            "groups": each.groups,
        }
        for account in state.accounts.values()
        for code, each in account.roles.items()
        if service_code in {"", code}
    ]
    rows.sort(key=lambda row: (row["service_code"], row["master_id"]))
    show_rows(rows, ["service_code", "master_id", "name", "role", "may_approve", "groups"], as_json=as_json)


@role.command()
@with_settings(*DATABASE)
def add(
    settings: Settings,
    *,
    service_code: ServiceArgument,
    master_id: AccountArgument,
    name: Annotated[RoleName, typer.Argument(metavar="ROLE", help=", ".join(RoleName))],
    may_approve: Annotated[bool, typer.Option("--may-approve", help="With approval right (承認権限).")] = False,
    group: Annotated[list[str] | None, typer.Option(help="A management group; may be repeated.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Make an account a member of a service.

    Example: unyo role add uom12345678 SA1234567 更新ユーザ --group サーバ運用
    """
    change(
        settings,
        lambda admin: administration.add_member(
            admin, service_code, master_id, name.role, may_approve=may_approve, groups=group or []
        ),
        f"{master_id} is {name.role} in {service_code} now.",
        as_json=as_json,
    )


@role.command("change")
@with_settings(*DATABASE)
def change_(
    settings: Settings,
    service_code: ServiceArgument,
    master_id: AccountArgument,
    name: Annotated[RoleName | None, typer.Option("--role", metavar="ROLE", help=", ".join(RoleName))] = None,
    may_approve: Annotated[bool | None, typer.Option("--may-approve/--may-not-approve", help="Approval right.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Change a member's role or approval right; what is not said stays. Groups: `unyo group join` and `leave`.

    Example: unyo role change uom12345678 SA1234567 --role reader --may-not-approve
    """
    if name is None and may_approve is None:
        raise typer.BadParameter("say what changes: --role, --may-approve or --may-not-approve")

    def _do(admin: Admin) -> None:
        found = administration.find_member(admin, service_code, master_id)
        wanted = name.role if name else Role(found.role)
        right = found.may_approve if may_approve is None else may_approve
        administration.set_role(admin, service_code, master_id, wanted, may_approve=right)

    change(settings, _do, f"Changed the role of {master_id} in {service_code}.", as_json=as_json)


@role.command()
@with_settings(*DATABASE)
def delete(
    settings: Settings,
    service_code: ServiceArgument,
    master_id: AccountArgument,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Take an account out of a service. The account, its keys and its name in tickets and histories stay."""
    ask(f"Take {master_id} out of {service_code}?", yes=yes)
    change(
        settings,
        lambda admin: administration.remove_member(admin, service_code, master_id),
        f"{master_id} is no member of {service_code} any more.",
        as_json=as_json,
    )
