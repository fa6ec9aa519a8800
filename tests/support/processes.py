"""`unyo` as a process of its own, as an operator runs it: what it prints, how it ends, and calls to what it serves."""

import json
import os
import re
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from signal import SIGINT, SIGKILL, Signals
from typing import IO, Any, Self

import httpx2

from unyo.config.table import CONFIG_VARIABLE
from unyo.uom.actions import ACTIONS, CALL_ID_HEADER
from unyo.uom.signature import SignedCall, signed_headers

from .desks import CONTENT_TYPE, Answer

SCRIPT = str(Path(sys.executable).with_name("unyo"))
# Longer than anything here takes on a machine that does much else too; a test that reaches it has failed.
PATIENCE = 60.0
_RUNNING = r"Uvicorn running on (https?://[^\s\"]+)"
# What would make a process talk otherwise than it does to a pipe on anybody's machine, or serve another store.
_UNWANTED = re.compile(r"UNYO_|FORCE_COLOR|PY_COLORS|CLICOLOR|GITHUB_|COLUMNS|TTY_")


def environment(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a process: this one's, wide help texts, no settings file, and what is given."""
    kept = {name: value for name, value in os.environ.items() if not _UNWANTED.match(name)}
    return {**kept, "COLUMNS": "400", CONFIG_VARIABLE: os.devnull, **(variables or {})}


@dataclass(frozen=True)
class Finished:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def refusal(self) -> str:
        """The one line that says what a user can mend; the status is 1, and nothing else is said."""
        lines = self.err.splitlines()
        assert (self.status, self.out, len(lines)) == (1, "", 1), self
        return lines[0]


def unyo(*arguments: str, folder: Path, variables: Mapping[str, str] | None = None) -> Finished:
    """Run a command to its end."""
    return ended(SCRIPT, *arguments, folder=folder, variables=variables)


def ended(
    *command: str | Path,
    folder: Path | None = None,
    variables: Mapping[str, str] | None = None,
    seconds: float = PATIENCE,
) -> Finished:
    """Run any program to its end, which must come in time."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=seconds,
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


class Running:
    """A process that goes on running; its lines are gathered as they come."""

    def __init__(
        self, arguments: tuple[str, ...], folder: Path, variables: Mapping[str, str] | None, script: str
    ) -> None:
        self._process = subprocess.Popen(
            [script, *arguments],
            cwd=folder,
            env=environment(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,  # its workers can be ended with it
        )
        self._changed = threading.Condition()
        self._lines: dict[str, list[str]] = {"out": [], "err": []}
        assert self._process.stdout
        assert self._process.stderr
        self._readers = [
            threading.Thread(target=self._gather, args=each)
            for each in (("out", self._process.stdout), ("err", self._process.stderr))
        ]
        for reader in self._readers:
            reader.start()

    @property
    def out(self) -> str:
        return "\n".join(self._lines["out"])

    @property
    def err(self) -> str:
        return "\n".join(self._lines["err"])

    @property
    def log(self) -> list[dict[str, Any]]:
        """Every line of its log so far."""
        return [json.loads(line) for line in self._lines["err"] if line.startswith("{")]

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def wait_for(self, pattern: str) -> re.Match[str]:
        """The first line, of either stream, in which the pattern is found."""

        def _found() -> re.Match[str] | None:
            searched = (re.search(pattern, line) for lines in self._lines.values() for line in lines)
            return next(filter(None, searched), None)

        with self._changed:
            self._changed.wait_for(lambda: _found() or not self._is_talking(), PATIENCE)
            found = _found()
        assert found, f"no {pattern!r} in:\n{self.out}\n{self.err}"
        return found

    def signal(self, number: Signals) -> None:
        self._process.send_signal(number)

    def end(self, number: Signals = SIGINT) -> Finished:
        """Tell it to stop, and wait until it has."""
        self.signal(number)
        return self.wait()

    def wait(self) -> Finished:
        status = self._process.wait(PATIENCE)
        for reader in self._readers:
            reader.join(PATIENCE)
        return Finished(status, self.out, self.err)

    def close(self) -> None:
        """End it, and whatever it started, however the test went."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, SIGKILL)
        self.wait()

    def _is_talking(self) -> bool:
        return any(reader.is_alive() for reader in self._readers)

    def _gather(self, name: str, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                with self._changed:
                    self._lines[name].append(line.rstrip("\n"))
                    self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()


@contextmanager
def running(
    *arguments: str, folder: Path, variables: Mapping[str, str] | None = None, script: str = SCRIPT
) -> Iterator[Running]:
    """Start a command that goes on running; it is gone at the end."""
    process = Running(arguments, folder, variables, script)
    try:
        yield process
    finally:
        process.close()


@dataclass(frozen=True)
class Account:
    """Who calls: a member of a service, with an access key."""

    service_code: str
    master_id: str
    access_key: str
    secret_key: str


class Client:
    """Calls a running server as a client far away would: signed, over HTTP, by the real clock."""

    def __init__(self, url: str, account: Account | None = None, trust: ssl.SSLContext | None = None) -> None:
        self.url = url
        self.account = account
        self._http = httpx2.Client(base_url=url, timeout=PATIENCE, verify=trust or True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def request(self, method: str, path: str) -> Answer:
        answer = self._http.request(method, path)
        return Answer(answer.status_code, answer.headers, answer.content)

    def signed(
        self,
        action: str,
        body: Mapping[str, Any],
        account: Account | None = None,
        *,
        call_id: str = "",
        more: Mapping[str, str] | None = None,
    ) -> tuple[str, bytes, dict[str, str]]:
        """Path, body and headers of a signed call; who calls is added to the body."""
        who = account or self.account
        assert who
        path = ACTIONS[action].path
        headers = {"Content-Type": CONTENT_TYPE, **({CALL_ID_HEADER: call_id} if call_id else {}), **(more or {})}
        expires = datetime.now(UTC) + timedelta(hours=1)
        headers |= signed_headers(SignedCall("POST", path, headers.items()), who.access_key, who.secret_key, expires)
        content = json.dumps({"ServiceCode": who.service_code, "MasterID": who.master_id, **body}).encode()
        return path, content, headers

    def call(
        self,
        action: str,
        body: Mapping[str, Any],
        account: Account | None = None,
        *,
        call_id: str = "",
        more: Mapping[str, str] | None = None,
    ) -> Answer:
        """Post a signed call, with ``more`` headers."""
        return self.post(*self.signed(action, body, account, call_id=call_id, more=more))

    def post(self, path: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        """Post what may be no call."""
        answer = self._http.post(path, content=content, headers=headers)
        return Answer(answer.status_code, answer.headers, answer.content)

    def succeed(self, action: str, body: Mapping[str, Any], account: Account | None = None) -> dict[str, Any]:
        """What a call that must succeed answers."""
        answer = self.call(action, body, account)
        assert answer.error is None, answer.envelope
        return answer.body


@contextmanager
def serving(
    *arguments: str,
    folder: Path,
    variables: Mapping[str, str] | None = None,
    trust: ssl.SSLContext | None = None,
    script: str = SCRIPT,
) -> Iterator[tuple[Running, str]]:
    """`unyo serve` on a free port, and its address; keys may call as often as they can, where nothing else is said."""
    variables = {"UNYO_SERVER_CALLS_PER_MINUTE": "0", **(variables or {})}
    with running("serve", "--port", "0", *arguments, folder=folder, variables=variables, script=script) as process:
        url = process.wait_for(_RUNNING)[1]
        wait_until(f"{url} answers", lambda: is_answering(url, trust))
        yield process, url


def is_answering(url: str, trust: ssl.SSLContext | None = None) -> bool:
    """Whether connections are taken; the parent of several workers tells its port before they do so."""
    try:
        return httpx2.get(f"{url}/livez", verify=trust or True, timeout=PATIENCE).status_code == 200
    except httpx2.TransportError:
        return False


def wait_until(what: str, condition: Callable[[], bool]) -> None:
    """Poll until something outside this process is so."""
    deadline = time.monotonic() + PATIENCE
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, f"not so in time: {what}"
        pause.wait(0.02)
