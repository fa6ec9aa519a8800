"""Servers that answer every call alike, or never, as a real desk does only when something is wrong with it."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Answering:
    """Where it is, and the actions that were called so far."""

    def __init__(self) -> None:
        self.called: list[str] = []
        self.was_called = threading.Event()
        self.may_answer = threading.Event()
        self.url = ""


@contextmanager
def answering(
    body: Mapping[str, Any] | bytes,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    silent: bool = False,
) -> Iterator[Answering]:
    """Serve on loopback; a silent one takes calls and keeps them until the end."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    state = Answering()

    class _Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            state.called.append(Path(self.path).stem)
            state.was_called.set()
            if silent:
                state.may_answer.wait()
                return
            self.send_response_only(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield state
    finally:
        state.may_answer.set()
        server.shutdown()
        thread.join()
        server.server_close()


def error(error_type: str, message: str = "", *fields: str) -> dict[str, Any]:
    """An error's envelope."""
    found: dict[str, Any] = {"RequestId": "r-1", "ErrorType": error_type, "ErrorMessage": message}
    if fields:
        found["ErrorDetail"] = dict.fromkeys(fields, error_type)
    return {"ErrorResponse": found}
