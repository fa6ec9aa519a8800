"""The PostgreSQL servers that proofs and tests start leave nothing behind, not even if who started them is killed."""

import re
from pathlib import Path

from proof.places import scratch
from proof.postgresql import postgres
from support.nodes import TESTS
from support.processes import wait_until
from support.scratch import UNMEASURED, python

_OF_POSTGRESQL = re.compile(r"\S+/PostgreSQL\.\d+")
KILLED = """
import os, sys
from pathlib import Path
from proof.postgresql import Postgres
server = Postgres(Path(sys.argv[1]))
server.start()
print(server.url, flush=True)
os.kill(os.getpid(), 9)
"""


def test_a_server_ends_with_the_process_that_started_it() -> None:
    with scratch() as folder:
        own = folder / "server"
        own.mkdir()
        done = python("-c", KILLED, str(own), PYTHONPATH=str(TESTS.parent), **UNMEASURED)
        assert (done.status, done.err) == (-9, "")
        assert done.out.startswith("postgresql://")
        wait_until("it has ended", lambda: not (own / "data" / "postmaster.pid").exists())


def test_a_server_that_was_ended_holds_no_memory_of_the_machine() -> None:
    with scratch() as folder:
        with postgres(folder):
            pid, *_, segment, _ = (folder / "data" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            mapped = _OF_POSTGRESQL.findall(Path(f"/proc/{pid}/maps").read_text(encoding="utf-8"))
            assert mapped
            assert all(Path(each).exists() for each in mapped)
            assert segment.split()[1] in _segments()
        assert not any(Path(each).exists() for each in mapped)
        assert segment.split()[1] not in _segments()


def _segments() -> set[str]:
    """The numbers of the machine's shared memory segments, of the older kind."""
    return {line.split()[1] for line in Path("/proc/sysvipc/shm").read_text(encoding="ascii").splitlines()[1:]}
