"""`unyo ticket …` against a desk of its own, as several people, on a terminal or in a pipe."""

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unyo.client import Client, Incident

from .commands import unyo_here
from .demonstration import YAMADA
from .processes import PATIENCE, SCRIPT, Account, Finished, environment

INCIDENT = {
    "title": "CPU使用率が高い",
    "state": "未対応",
    "substate": "未対応",
    "priority": "中",
    "supported_group": "お客様",
    "importance": "中",
    "management_group": "制限しない",
    "assignee": YAMADA.master_id,
    "cause_class": "性能不足",
}
"""What an incident is registered with, to which everything can be done at once."""


def flags(fields: Mapping[str, str]) -> list[str]:
    """Fields as flags of the command line."""
    return [piece for name, value in fields.items() for piece in (f"--{name.replace('_', '-')}", value)]


@dataclass(frozen=True)
class Shell:
    """Where commands are typed, and by whom."""

    url: str
    folder: Path
    who: Account = YAMADA

    @property
    def variables(self) -> dict[str, str]:
        """Who calls which server; everything that a command keeps is kept in the folder."""
        return {
            "UNYO_ENDPOINT": self.url,
            "UNYO_ACCESS_KEY": self.who.access_key,
            "UNYO_SECRET_KEY": self.who.secret_key,
            "UNYO_SERVICE_CODE": self.who.service_code,
            "UNYO_MASTER_ID": self.who.master_id,
            **{f"XDG_{what}_HOME": str(self.folder / what.lower()) for what in ("CONFIG", "CACHE", "STATE")},
        }

    def run(self, *arguments: str) -> Finished:
        """Run `unyo ticket …` in this process."""
        return unyo_here("ticket", *arguments, folder=self.folder, variables=self.variables)

    def ran(self, *arguments: str) -> str:
        """What a command that must succeed printed."""
        done = self.run(*arguments)
        assert done.status == 0, done
        return done.out

    def records(self, *arguments: str) -> Any:
        """The same, as JSON."""
        return json.loads(self.ran(*arguments, "--output", "json"))

    def piped(self, *arguments: str, given: str = "", more: Mapping[str, str] | None = None) -> Finished:
        """Run `unyo ticket …` as a process with a standard input, without a terminal."""
        done = subprocess.run(
            [SCRIPT, "ticket", *arguments],
            cwd=self.folder,
            env=environment({**self.variables, **(more or {})}),
            input=given,
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    def typed(self, *arguments: str, answers: Mapping[str, str], more: Mapping[str, str] | None = None) -> Finished:
        """Run `unyo ticket …` on a terminal; each answer is typed when its pattern is shown, in this order."""
        return on_terminal(["ticket", *arguments], self.folder, {**self.variables, **(more or {})}, answers)

    def register(self, **fields: Any) -> Incident:
        """A fresh incident, through the client."""
        with self.client() as client:
            found = client.tickets.register("incident", **{**INCIDENT, "limit_date": None, **fields})
        assert isinstance(found, Incident)
        return found

    def get(self, ticket_id: str) -> Any:
        """A ticket as it stands."""
        with self.client() as client:
            return client.tickets.get(ticket_id)

    def client(self) -> Client:
        """A client of the same person."""
        who = self.who
        return Client(self.url, who.access_key, who.secret_key, who.service_code, who.master_id)


def on_terminal(
    arguments: list[str], folder: Path, variables: Mapping[str, str], answers: Mapping[str, str]
) -> Finished:
    """Run `unyo` on a terminal of its own; what it shows has neither colours nor cursor movements."""
    screen, keyboard = pty.openpty()
    process = subprocess.Popen(
        [SCRIPT, *arguments],
        cwd=folder,
        env=environment({**variables, "TERM": "xterm-256color", "COLUMNS": "120"}),
        stdin=keyboard,
        stdout=keyboard,
        stderr=keyboard,
        start_new_session=True,
    )
    os.close(keyboard)
    shown, waiting = "", list(answers.items())
    begun = 0
    deadline = time.monotonic() + PATIENCE
    while True:
        assert time.monotonic() < deadline, shown
        piece = _read(screen)
        if piece is None:
            break
        shown += piece
        plain = _plain(shown)
        if waiting and (found := re.compile(waiting[0][0]).search(plain, begun)):
            begun = found.end()
            os.write(screen, waiting.pop(0)[1].encode())
    os.close(screen)
    status = process.wait(PATIENCE)
    assert not waiting, (waiting, shown)
    return Finished(status, shown, _plain(shown))


def _read(screen: int) -> str | None:
    """What a terminal shows next; None at its end."""
    select.select([screen], [], [], 0.2)
    ready, _, _ = select.select([screen], [], [], 0)
    if not ready:
        return ""
    try:
        piece = os.read(screen, 65536)
    except OSError:  # Linux says so when nobody has it open any more
        return None
    return piece.decode("utf-8", "replace") if piece else None


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).replace("\r", "")


_EDITOR = """\
import sys
from pathlib import Path

path = Path(sys.argv[1])
text = path.read_text(encoding="utf-8")
"""


def editor(folder: Path, program: str) -> dict[str, str]:
    """Make an editor of a Python program that gets the file's ``path`` and its ``text``; the variable that names it."""
    script = folder / "editor.py"
    script.write_text(_EDITOR + program, encoding="utf-8")
    return {"VISUAL": f"{sys.executable} {script}"}
