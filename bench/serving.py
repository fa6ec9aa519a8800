"""The server that is measured, a process as an operator starts it, and wrk, which calls it."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from unyo.uom.actions import ACTIONS
from unyo.uom.signature import SignedCall, signed_headers

UNYO = Path(sys.executable).with_name("unyo")
_DRIVE = Path(__file__).with_name("drive.lua")
_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Key:
    """The access key that `unyo init` printed."""

    access_key: str
    secret_key: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What wrk saw."""

    calls_per_s: float
    p50_ms: float
    p99_ms: float


def init(url: str, folder: Path, service_code: str, master_id: str) -> Key:
    """Make an installation."""
    told = subprocess.run(
        [UNYO, "init", "--service-code", service_code, "--master-id", master_id, "--database", url],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout
    found = dict(re.findall(r"^(Access key|Secret key) +(\S+)$", told, re.MULTILINE))
    return Key(found["Access key"], found["Secret key"])


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    url: str
    pid: int

    def memory_mb(self) -> float:
        """What it holds of the machine's memory, its workers included, in MiB."""
        return sum(_resident_mb(pid) for pid in (self.pid, *_children(self.pid)))


@contextmanager
def serving(url: str, folder: Path, *arguments: str) -> Iterator[Server]:
    """Start `unyo serve` on a free port, its log in a file; it is stopped at the end."""
    log = folder / "serve.log"
    with log.open("w") as written:
        process = subprocess.Popen(
            [UNYO, "serve", "--port", "0", "--calls-per-minute", "0", "--database", url, *arguments],
            cwd=folder,
            stdout=written,
            stderr=written,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        try:
            yield Server(_wait_for_address(log, process), process.pid)
        finally:
            process.terminate()
            process.wait(_PATIENCE)


def _wait_for_address(log: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        text = log.read_text()
        found = re.search(r"running on (http://[0-9.:]+)", text)
        if found and "startup complete" in text:
            return found[1]
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")


def drive(
    server: Server, key: Key, action: str, bodies: Sequence[bytes], *, count: int, clients: int, folder: Path
) -> Figures:
    """Have wrk send so many calls, the bodies in turn; every one must be acknowledged.

    Raises:
        RuntimeError: one was not.
    """
    path = ACTIONS[action].path
    sent = {"Content-Type": "application/json; charset=utf-8"}
    signed = signed_headers(
        SignedCall("POST", path, sent.items()),
        key.access_key,
        key.secret_key,
        datetime.now(UTC) + timedelta(hours=1),
    )
    prepared = folder / "calls"
    head = "".join(f"{name}: {value}\n" for name, value in {**sent, **signed}.items())
    prepared.write_bytes(f'{path}\n"{action}Response"\n{head}\n'.encode() + b"\n".join(bodies) + b"\n")
    ran = subprocess.run(
        ["wrk", "-t1", f"-c{clients}", "-d600s", "-s", str(_DRIVE), server.url, "--", str(prepared), str(count)],  # noqa: S607 - Debian's wrk
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=600,
    )
    found = re.search(r'^\{"acknowledged".*$', ran.stdout, re.MULTILINE)
    told: dict[str, Any] = json.loads(found[0]) if found else {}
    if told.get("acknowledged") != count:
        raise RuntimeError(
            f"{action}: of {count} calls not all were acknowledged: {ran.stdout[-500:]} {ran.stderr[-500:]}"
        )
    return Figures(count / told["seconds"], told["p50_ms"], told["p99_ms"])


def _resident_mb(pid: int) -> float:
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) / 1024


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
