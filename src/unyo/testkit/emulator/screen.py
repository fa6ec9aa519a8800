"""What a person sees of an emulator that has started; a program reads one line of JSON."""

import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

from unyo.cast import CAST, Actor

from .ready import Told
from .records import encoded


def show(told: Told, ready_file: Path | None) -> None:
    """Say that it is served: to a person what they copy, to a program all of it, in one line."""
    if not sys.stdout.isatty():
        sys.stdout.write(encoded(told).decode() + "\n")
        sys.stdout.flush()
        return
    console = Console(highlight=False)
    for label, value in (
        ("エンドポイント / endpoint", told["endpoint"]),
        ("制御 API / control", told["control"]),
        ("証明書 / certificate", told["certificate"]),
        ("準備完了ファイル / ready file", ready_file),
    ):
        if value:
            console.print(Text.assemble((label, "dim"), "  ", (str(value), "bold")), soft_wrap=True)
    console.print("\n[bold]公開されている鍵 / published keys[/]")
    for actor in CAST:
        who = f"  [cyan]{actor.master_id}[/]  {actor.service_code}  {_rights(actor)}"
        console.print(f"{who}  {actor.key.access_key}  {actor.key.secret_key}", soft_wrap=True)
    console.print("\n[dim]Ctrl+C で終了 / Ctrl+C ends it[/]")


def _rights(actor: Actor) -> str:
    return "、".join([actor.name, actor.role.value, *(["承認権限"] if actor.may_approve else []), *actor.groups])
