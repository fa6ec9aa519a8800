"""An emulator in this process, asked by HTTP, and one as a process of its own, found by its ready file."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx2

from unyo.testkit.emulator.bench import Bench
from unyo.testkit.emulator.control import Control

from .processes import PATIENCE, Running, running, wait_until


@dataclass(frozen=True)
class Emulator:
    """An emulator in this process."""

    bench: Bench
    http: httpx2.Client

    def ask(self, method: str, path: str, given: object = None, status: int = 200) -> Any:
        """What a control answers, which must have this status."""
        content = b"" if given is None else json.dumps(given).encode()
        answer = self.http.request(method, f"/_emulator{path}", content=content)
        assert answer.status_code == status, answer.text
        return answer.json()

    def get(self, path: str) -> Any:
        return self.ask("GET", path)

    def post(self, path: str, **given: Any) -> Any:
        return self.ask("POST", path, given)

    def refuses(self, path: str, given: object, *, method: str = "POST", status: int = 422) -> str:
        """The sentence by which it refuses."""
        told = self.ask(method, path, given, status)
        return str(told["error"])


@contextmanager
def emulator(*, now: datetime | None = None, as_vendor: bool = False) -> Iterator[Emulator]:
    """An emulator over HTTP in this process."""
    with (
        closing(Bench(now=now, as_vendor=as_vendor)) as bench,
        bench.uom.serve(behind=partial(Control, bench)) as served,
        httpx2.Client(base_url=served.url, timeout=PATIENCE) as http,
    ):
        yield Emulator(bench, http)


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[tuple[Running, Mapping[str, Any]]]:
    """`unyo emulator` on a free port, with what its ready file says; its temporary folder is made in ``folder``."""
    ready = folder / "ready.json"
    given = ("--port", "0", "--ready-file", str(ready), *arguments)
    with running("emulator", *given, folder=folder, variables={"TMPDIR": str(folder)}) as process:
        wait_until("the ready file is there", lambda: ready.exists() or process.has_ended)
        assert ready.exists(), process.wait()
        yield process, json.loads(ready.read_bytes())
