"""What a person sees: the call, the answer, and the ticket before and after, with what changed in colour."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import SecretStr
from rich import box
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from unyo.cast import CAST, Actor
from unyo.tickets.dates import JAPAN, parse_date
from unyo.tickets.field_tables import BY_KEY, MEMOS
from unyo.tickets.fields import Date
from unyo.uom.answers import Answer

# Where there is no terminal that tells its width, in columns.
PIPED_WIDTH = 110
_SIGNED_HEADERS = ("authorization", "content-type", "x-iijapi-")
_LABELS = {p.wire: p for p in BY_KEY.values()}
_BEFORE, _AFTER = "red", "green"


def make_console() -> Console:
    """A console as wide as the terminal; a pipe gets a width in which the tables stand well."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=PIPED_WIDTH)


def show_call(console: Console, url: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> None:
    """The call as it went over the wire."""
    head = Text()
    head.append("POST ", style="bold magenta")
    head.append(f"{url}\n", style="bold")
    for name, value in headers.items():
        if name.lower().startswith(_SIGNED_HEADERS):
            head.append(f"{name}: ", style="cyan")
            head.append(f"{value}\n")
    text = json.dumps(body, ensure_ascii=False)
    _panel(console, "① 呼び出し / the call", Group(head, _json(text)), "magenta")


def show_answer(console: Console, status: int, headers: Mapping[str, str], answer: Mapping[str, Any]) -> None:
    """The answer, green when it is a success."""
    failed = "ErrorResponse" in answer
    head = Text(f"HTTP {status}  ", style="bold red" if failed else "bold green")
    head.append(f"{headers['content-type']}\n", style="dim")
    body = _json(json.dumps(answer, ensure_ascii=False, indent=2))
    _panel(console, "② 応答 / the answer", Group(head, body), "red" if failed else "green")


def show_change(console: Console, ticket_id: str, before: Answer, after: Answer) -> None:
    """The ticket before and after, field by field, then its memos."""
    title = f"③ チケット {ticket_id} / the ticket, before → after"
    table = Table(title=title, title_style="bold", box=box.ROUNDED, header_style="bold", expand=True)
    table.add_column("パラメータ", style="cyan", no_wrap=True, ratio=3)
    table.add_column("意味", ratio=2, overflow="fold")
    table.add_column("更新前", ratio=3, overflow="fold")
    table.add_column("更新後", ratio=3, overflow="fold")
    changed = 0
    for wire, new in after.items():
        if wire not in _LABELS or wire == MEMOS.wire:
            continue
        old = before[wire]
        changed += old != new
        table.add_row(wire, _LABELS[wire].label, *_pair(_shown(wire, old), _shown(wire, new)))
    console.print(table)
    memos = _memo_table(before[MEMOS.wire], after[MEMOS.wire])
    console.print(memos)
    console.print(
        f"  [bold green]{changed}[/] 項目を更新、対応メモ [bold green]{memos.row_count}[/] 件を操作しました。"
        f" [dim]({changed} fields changed, lock dates included; {memos.row_count} memo operations)[/]\n"
    )


def _pair(old: str, new: str) -> tuple[Text, Text]:
    if old == new:
        return Text(old or "–", style="dim"), Text("〃" if old else "–", style="dim")
    return Text(old or "(空)", style=_BEFORE), Text(new or "(空)", style=f"bold {_AFTER}")


def _memo_table(before: Sequence[Mapping[str, str]], after: Sequence[Mapping[str, str]]) -> Table:
    """Each memo that was there or is there now, with what happened to it."""
    number, text = "CorrespondProcessSeq", "CorrespondProcess"
    old = {memo[number]: memo[text] for memo in before}
    new = {memo[number]: memo[text] for memo in after}
    table = Table(title="対応メモ / memos", title_style="bold", box=box.ROUNDED, header_style="bold", expand=True)
    table.add_column("連番", justify="right", style="cyan", ratio=1)
    table.add_column("操作", ratio=2)
    table.add_column("更新前", ratio=4, overflow="fold")
    table.add_column("更新後", ratio=4, overflow="fold")
    for each in sorted(old | new, key=int):
        if each not in new:
            what, style = "削除 deleted", "red"
        elif each not in old:
            what, style = "追加 added", "green"
        else:
            what, style = ("〃", "dim") if old[each] == new[each] else ("編集 edited", "yellow")
        table.add_row(each, Text(what, style=style), *_pair(old.get(each, ""), new.get(each, "")))
    return table


def show_server(console: Console, url: str, database: str) -> None:
    """Where the server listens, and with which keys it can be called."""
    console.print(f"[bold green]●[/] [bold]{url}[/]", soft_wrap=True)
    console.print(f"  Portal    {url}/  (サインイン用のリンクは下に / links to sign in are below)", soft_wrap=True)
    console.print(f"  API       {url}/docs, {url}/openapi.json", soft_wrap=True)
    console.print(f"  Database  {database}\n", markup=False, soft_wrap=True)
    widest = max(cell_len(_who(actor)) for actor in CAST)
    console.print("  [bold]アクセスキーとシークレットキー / published keys, for demonstration only[/]")
    for actor in CAST:
        padding = " " * (widest - cell_len(_who(actor)))
        who = f"  {actor.service_code}  [cyan]{actor.master_id}[/]  {_who(actor)}{padding}"
        console.print(f"{who}  {actor.key.access_key}  {actor.key.secret_key}", soft_wrap=True)
    console.print()


def show_command(console: Console, command: str) -> None:
    """A command to paste, unwrapped."""
    console.print("  [bold]貼り付けて試す / paste this into another terminal (curl + openssl)[/]\n")
    console.print(Text(command), soft_wrap=True)
    console.print()


def show_links(console: Console, links: Mapping[Actor, SecretStr]) -> None:
    """The links that sign in, each alone on its line, unwrapped."""
    console.print(
        "  [bold]ブラウザでサインイン / sign in with a browser[/]  [dim]各リンク1回限り / each link once[/]\n"
    )
    for actor, link in links.items():
        console.print(f"  [cyan]{actor.master_id}[/]  {_who(actor)}")
        console.print(Text(link.get_secret_value()), soft_wrap=True)
    console.print()


def _who(actor: Actor) -> str:
    rights = [actor.role.value, *(["承認権限"] if actor.may_approve else []), *actor.groups]
    return f"{actor.name} ({'、'.join(rights)})"


def _shown(wire: str, value: str) -> str:
    """A date as people read it, beside nothing else."""
    if value and isinstance(_LABELS[wire].kind, Date):
        return parse_date(value).astimezone(JAPAN).strftime("%Y-%m-%d %H:%M:%S")
    return value


def _json(text: str) -> Syntax:
    return Syntax(text, "json", theme="ansi_dark", word_wrap=True, background_color="default")


def _panel(console: Console, title: str, content: RenderableType, style: str) -> None:
    console.print(Panel(content, title=title, title_align="left", border_style=style, box=box.ROUNDED))
