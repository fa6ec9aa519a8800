"""`unyo emulator`: serves a desk and its controls on loopback until it is told to end."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from unyo.bootstrap.loopback import not_usable
from unyo.testkit.serving import Served

from .bench import Bench
from .control import Control
from .ready import ready_file, take_away_left, told_of
from .screen import show

_STDIN: Final = 0
_ENDS: Final = frozenset({signal.SIGINT, signal.SIGTERM})


@dataclass(frozen=True, slots=True)
class Options:
    """How an emulator is run; its clock goes by the true time, or stands at ``now``."""

    port: int
    tls: bool = False
    now: datetime | None = None
    strict: bool = False
    as_vendor: bool = False
    ready_file: Path | None = None
    until_stdin_closes: bool = False


def run(options: Options) -> None:
    """Serve until a signal, or the end of the standard input, ends it.

    Raises:
        NotPossible: the port is taken, or the ready file would replace another file.
        NotWritten: the ready file cannot be written.
    """
    with _ending() as ending:
        take_away_left(options.ready_file)
        bench = Bench(now=options.now, as_vendor=options.as_vendor)
        with closing(bench), _served(bench, options) as where, ready_file(options.ready_file, told := told_of(where)):
            show(told, options.ready_file)
            ending.wait(until_stdin_closes=options.until_stdin_closes)
        if options.strict:
            _warn(bench)


@contextmanager
def _served(bench: Bench, options: Options) -> Iterator[Served]:
    with ExitStack() as serving:
        try:
            served = bench.uom.serve(tls=options.tls, port=options.port, behind=partial(Control, bench))
            where = serving.enter_context(served)
        except OSError as error:
            raise not_usable(options.port, error) from None
        yield where


def _warn(bench: Bench) -> None:
    for extension in bench.extensions():
        sys.stderr.write(f"unyo: {extension} is an extension of unyo: the vendor has no such thing\n")


class _Ending:
    """What ends an emulator: a signal, which waits until it is asked for, or nobody at the standard input any more."""

    def __init__(self) -> None:
        self._has_come = threading.Event()

    def wait(self, *, until_stdin_closes: bool) -> None:
        """Until it is to end."""
        if until_stdin_closes:
            threading.Thread(target=self._read_to_the_end, name="unyo-stdin", daemon=True).start()
        signal.sigwait(_ENDS)
        self._has_come.set()

    def _read_to_the_end(self) -> None:
        # Past Python's own stream, whose lock a thread that waits would hold while the program ends.
        with suppress(OSError):  # there was none from the start
            while os.read(_STDIN, 65536):
                pass
        if not self._has_come.is_set():
            os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def _ending() -> Iterator[_Ending]:
    """Meanwhile no signal interrupts anything, so that a folder and a file are never left behind."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)
    try:
        yield _Ending()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
