"""Several server processes under one parent, which starts anew those that end, and passes on what it is told."""

from collections.abc import Sequence
from pathlib import Path
from socket import socket
from typing import Final

import uvicorn
from uvicorn.supervisors import Multiprocess

from unyo.watching.exposition import forget_all_but

_STEP_SECONDS: Final = 0.1


class Workers(Multiprocess):
    """The workers; ``folder`` is where they keep their figures, if they do."""

    def __init__(self, config: uvicorn.Config, sockets: Sequence[socket], folder: Path | None) -> None:
        super().__init__(config, list(sockets))
        self._folder = folder

    def keep_subprocess_alive(self) -> None:
        """Start anew those that ended, and forget what was so in them."""
        super().keep_subprocess_alive()
        if self._folder is not None:
            forget_all_but(self._folder, {str(process.pid) for process in self.processes})

    def join_all(self) -> None:
        """Wait until every worker has stopped; what the parent is told meanwhile, it passes on to them."""
        for worker in self.processes:
            while worker.process.is_alive():
                worker.process.join(_STEP_SECONDS)
                if self.signal_queue:
                    self.signal_queue.clear()
                    self.terminate_all()
