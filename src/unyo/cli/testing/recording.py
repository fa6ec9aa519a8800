"""The command that records calls to an endpoint: `unyo record`."""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from unyo.cli.errors import FAILED, plain_errors
from unyo.cli.showing import make_console
from unyo.testkit.cassettes.endpoint import WrongEndpoint
from unyo.testkit.cassettes.recording import Asked, Recorded
from unyo.testkit.cassettes.recording import record as carry_out
from unyo.testkit.cassettes.reporting import printable

app = typer.Typer()

_OK = "ok"


@app.command()
def record(
    cassette: Annotated[Path, typer.Argument(metavar="CASSETTE", help="New file for the calls, in YAML.")],
    *,
    to: Annotated[str, typer.Option(metavar="URL", help="Endpoint to which the calls go, such as the vendor's.")],
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535)] = 0,
    ready_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File to write the recorder's address to once it accepts calls.")
    ] = None,
    ca_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Certificate authority (PEM) to trust instead of the usual ones."),
    ] = None,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", help="How long the endpoint may take to answer.", min=0.1)
    ] = 60,
    mask: Annotated[
        bool, typer.Option("--mask", help="Replace free text by letters: titles, causes, memos, people's names.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
) -> None:
    """Forward calls to an endpoint, and record each with its answer, until told to stop.

    Your program keeps its own keys and changes its endpoint only: a signature covers neither host nor body.

    Keys, signatures, cookies and queries are left out of the file. The exit status is 0 where all was written down.
    """
    console = make_console()

    def _started(address: str) -> None:
        told = f" go to {to} and into {cassette}. Ctrl+C ends the recording."
        console.print(Text.assemble("Calls to ", (address, "bold"), told), soft_wrap=True)

    asked = Asked(to, cassette, port, ready_file, ca_file, timeout, mask, overwrite)
    with plain_errors(WrongEndpoint):
        recorded = carry_out(asked, _started, lambda call: _show(console, call))
    _end(console, recorded, cassette)


def _show(console: Console, call: dict[str, Any]) -> None:
    """One line: the call's number, time and action, whose it is, and what came of it."""
    request = call["request"]
    body = request.get("body", {})
    line = Text(f"{call['call']:>5}  {call['time'][11:19]}  ", style="dim")
    line.append(call["action"] or printable(request["path"]), style="bold")
    ticket_id = body.get("TicketId") or _inside(call).get("TicketId")
    if isinstance(ticket_id, str) and ticket_id:
        line.append(f" {printable(ticket_id)}", style="cyan")
    line.append("  ")
    if "trouble" in call:
        line.append(call["trouble"], style="bold red")
    else:
        line.append(str(call["answer"]["status"]), style="dim")
        said = _said(call)
        line.append(f" {printable(said)}", style="green" if said == _OK else "yellow")
    console.print(line, soft_wrap=True)


def _said(call: dict[str, Any]) -> str:
    """An answer in a word."""
    if error := _inside(call).get("ErrorType"):
        return str(error)
    if "body" not in call["answer"]:
        return "no JSON"
    return _OK if call["answer"]["status"] == HTTPStatus.OK else ""


def _inside(call: dict[str, Any]) -> dict[str, Any]:
    """What stands inside the envelope of the answer, if it has one."""
    inside = [*call.get("answer", {}).get("body", {}).values()]
    return inside[0] if len(inside) == 1 and isinstance(inside[0], dict) else {}


def _end(console: Console, recorded: Recorded, cassette: Path) -> None:
    calls = "1 call" if recorded.calls == 1 else f"{recorded.calls} calls"
    console.print(f"\n{calls} recorded in {cassette}", markup=False, soft_wrap=True)
    if recorded.lost:
        lost = "1 call" if recorded.lost == 1 else f"{recorded.lost} calls"
        typer.secho(f"unyo: {lost} could not be written: is the disk full?", err=True, fg="red")
        raise typer.Exit(FAILED)
