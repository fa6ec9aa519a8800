"""nginx before several nodes, by the configuration that is shipped, as a process of the test's own."""

import pwd
import random
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from os import geteuid
from pathlib import Path

import httpx2

from .certificates import make_pair
from .processes import PATIENCE, ended, wait_until
from .tools import needs
from .tree import ROOT

SHIPPED = ROOT / "contrib" / "nginx"
# What Debian's own file would say, but for the folder in which this one keeps its things.
_MAIN = """
user {user};
worker_processes 2;
daemon off;
pid nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include unyo.conf;
}}
"""


def free_port() -> int:
    """A port on which nobody listens, and that no connection is given by chance until somebody does."""
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()[0])
    while True:
        port = random.SystemRandom().randrange(10_000, lowest)  # which others at the same time hardly take too
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


class Balancer:
    """nginx with the shipped configuration; its port, the nodes and the certificate are the test's."""

    def __init__(self, folder: Path, ports: Sequence[int]) -> None:
        needs("nginx")
        self.folder = folder
        self.port = free_port()
        self.ports = ports
        self._nodes = folder / "nodes.conf"
        self._pair = make_pair(folder, "tls")
        text = (SHIPPED / "unyo.conf").read_text(encoding="utf-8")
        for shipped, own in (("/etc/nginx/unyo", str(folder)), ("listen 443", f"listen 127.0.0.1:{self.port}")):
            assert shipped in text
            text = text.replace(shipped, own)
        (folder / "unyo.conf").write_text(text, encoding="utf-8")
        main = _MAIN.format(user=pwd.getpwuid(geteuid()).pw_name)
        (folder / "nginx.conf").write_text(main, encoding="utf-8")
        self._write()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def trust(self) -> ssl.SSLContext:
        """What a client needs to believe it."""
        return self._pair.trust()

    def check(self) -> str:
        """What `nginx -t` says; it must be content."""
        told = ended(*self._command("-t"))
        assert told.status == 0, told.err
        return told.err

    @contextmanager
    def running(self) -> Iterator[None]:
        with (self.folder / "error.log").open("wb") as log:
            self._process = subprocess.Popen(self._command(), stderr=log, start_new_session=True)
            try:
                wait_until("nginx answers", self._is_answering)
                yield
            finally:
                self._process.send_signal(signal.SIGTERM)
                self._process.wait(PATIENCE)

    def take_out(self, port: int) -> None:
        """Send no calls to a node any more; those that it has are done when this returns."""
        self._write(port)
        self._reload()

    def put_back(self) -> None:
        self._write()
        self._reload()

    def _write(self, out: int = 0) -> None:
        lines = [f"server 127.0.0.1:{port}{' down' if port == out else ''};\n" for port in self.ports]
        self._nodes.write_text("".join(lines), encoding="utf-8")

    def _reload(self) -> None:
        assert self._process
        before = self._workers()
        self._process.send_signal(signal.SIGHUP)
        wait_until("the workers before have gone", lambda: not before & self._workers() and bool(self._workers()))

    def _workers(self) -> set[str]:
        assert self._process
        pid = self._process.pid
        return set(Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split())

    def _command(self, *more: str) -> list[str]:
        return ["nginx", "-p", str(self.folder), "-c", "nginx.conf", "-e", "stderr", *more]

    def _is_answering(self) -> bool:
        assert self._process
        assert self._process.poll() is None, (self.folder / "error.log").read_text(encoding="utf-8")
        try:
            return httpx2.get(f"{self.url}/livez", verify=self.trust, timeout=PATIENCE).status_code > 0
        except httpx2.TransportError:
            return False
