"""Where a desk under test stands: its database file, and the desk that is open on it."""

from pathlib import Path

from starlette.types import ASGIApp

from unyo.bootstrap.desk import Desk, open_desk
from unyo.bootstrap.limits import Limits
from unyo.bootstrap.world import World
from unyo.cast import SECRET_KEY
from unyo.storage.keyring import Keyring

from . import template
from .door import FaultyRate


class Premises:
    """A desk on a file of its own, which can be copied and put back."""

    def __init__(self, folder: Path, world: World) -> None:
        self._path = folder / "desk.db"
        self._world = world
        template.fresh(self._path)
        self.desk = self._open()

    @property
    def app(self) -> ASGIApp:
        """The application that is open at this moment."""
        return self.desk.app

    def close(self) -> None:
        """Close the desk."""
        self.desk.close()

    def copy(self, to: Path) -> None:
        """Copy what is stored."""
        template.copy(self._path, to)

    def put_back(self, copied: Path | None) -> None:
        """Store what a copy holds, and nothing else; without one, what there was at the beginning."""
        self.desk.close()
        template.put_back(copied, self._path)
        self.desk = self._open()

    def _open(self) -> Desk:
        limits = Limits(rate=FaultyRate())
        return open_desk(template.open_file(self._path), Keyring(SECRET_KEY), world=self._world, limits=limits)
