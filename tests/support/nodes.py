"""Several nodes on one database, each a process of its own, which call at the same moment."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from .desks import Answer
from .portal import Page
from .processes import PATIENCE, environment
from .scratch import UNMEASURED

TESTS = Path(__file__).parent.parent


class Node:
    """A process with a desk; it makes its calls ready first, and then waits for the word."""

    def __init__(self, url: str, *import_first: Path) -> None:
        path = os.pathsep.join(str(each) for each in (*import_first, TESTS))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "support.node", url],
            env=environment({"PYTHONPATH": path, **(UNMEASURED if import_first else {})}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def wait_until_open(self) -> None:
        assert self._hear() == "open"

    def prepare(self, action: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
        """Have a call ready."""
        self._ask({"action": action, "body": body, "headers": headers or {}})

    def go(self) -> None:
        """Make the call that is ready."""
        self._say("go")

    def answer(self) -> Answer:
        """What the call came to."""
        heard = self._hear()
        return Answer(heard["status"], heard["headers"], heard["content"].encode())

    def call(self, action: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
        self.prepare(action, body, headers)
        self.go()
        return self.answer()

    def get(self, path: str) -> Answer:
        self._ask({"get": path})
        self.go()
        return self.answer()

    def page(self, path: str, form: Mapping[str, str] | None = None) -> Page:
        """A page of the portal as 山田 gets it, or what comes of a form of theirs."""
        self._ask({"page": path, "form": dict(form or {})})
        self.go()
        return Page(self.answer())

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        try:
            assert self._process.wait(PATIENCE) == 0
        finally:
            self._process.kill()
            self._process.stdout.close()

    def _ask(self, asked: Mapping[str, Any]) -> None:
        self._say(json.dumps(asked))
        assert self._hear() == "ready"

    def _say(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _hear(self) -> Any:
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())


@contextmanager
def nodes_on(url: str, count: int, *import_first: Path) -> Iterator[Sequence[Node]]:
    """Start so many nodes on a filled database; ``import_first`` are folders in which they look for modules."""
    with ExitStack() as opened:
        nodes = [Node(url, *import_first) for _ in range(count)]
        for node in nodes:
            opened.callback(node.close)
        for node in nodes:
            node.wait_until_open()
        yield nodes


def together(
    nodes: Sequence[Node], action: str, bodies: Sequence[Mapping[str, Any]], headers: Mapping[str, str] | None = None
) -> list[Answer]:
    """Each node makes its call, all at the same moment; what each was answered."""
    for node, body in zip(nodes, bodies, strict=True):
        node.prepare(action, body, headers)
    for node in nodes:
        node.go()
    return [node.answer() for node in nodes]
