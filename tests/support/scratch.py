"""A copy of the source tree in which a test may change what a developer would change."""

import shutil
import sys
from pathlib import Path
from textwrap import indent
from typing import Final

import unyo
from unyo.storage.migrations import newest

from .processes import Finished, ended

_SOURCE = Path(unyo.__file__).parent
_VERSIONS = "storage/migrations/versions"
# A copy is not what the suite's coverage is measured of.
UNMEASURED = {"COVERAGE_PROCESS_CONFIG": ""}


def python(*arguments: str, **variables: str) -> Finished:
    """Run Python as a developer does."""
    return ended(sys.executable, *arguments, variables=variables)


class SourceCopy:
    """The package, copied; programs that run with it import it instead of the installed one."""

    ORIGINAL: Final = _SOURCE / _VERSIONS
    """The product's own migrations."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "src"
        self._newest = newest()
        shutil.copytree(_SOURCE, self.path / "unyo", ignore=shutil.ignore_patterns("__pycache__"))

    @property
    def versions(self) -> Path:
        """Where the migrations are."""
        return self.path / "unyo" / _VERSIONS

    def insert_before(self, module: str, line: str, new: str) -> None:
        """Add a line before the one that begins so."""
        file = self.path / "unyo" / module
        lines = file.read_text(encoding="utf-8").splitlines()
        (place,) = (number for number, each in enumerate(lines) if each.strip().startswith(line))
        lines.insert(place, new)
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")

    @property
    def variables(self) -> dict[str, str]:
        """What has a process import the copy."""
        return {"PYTHONPATH": str(self.path), **UNMEASURED}

    def run(self, *arguments: str) -> Finished:
        """Run Python with the copy."""
        return python(*arguments, **self.variables)

    def add_migration(self, revision: str, body: str, *, title: str = "", mark: str = 'phase = "expand"') -> None:
        """Add a migration behind the newest: the lines of what it does, and of its mark."""
        (self.versions / f"{revision}.py").write_text(
            f'"""{title or revision}."""\n\nimport sqlalchemy as sa\nfrom alembic import op\n\n'
            f'revision = "{revision}"\ndown_revision = "{self._newest}"\n{mark}\n\n\n'
            f"def upgrade() -> None:\n{indent(body.strip(), ' ' * 4)}\n",
            encoding="utf-8",
        )
        self._newest = revision

    def migrate(self, url: str) -> Finished:
        """Run `unyo migrate`."""
        return self.run("-c", "from unyo.cli import main; main()", "migrate", "--database", url)
