"""Generate a migration from the tables: ``make migration m="add a field"`` (for developers)."""

import os
import sys
import tempfile
from pathlib import Path

from alembic import command

from unyo.storage.engine import open_engines, parse_url

from . import config, migrate

VERSIONS = Path(__file__).parent / "versions"


def generate(message: str, folder: Path) -> Path:
    """Compare this release's tables with what the migrations make, in an empty database, and write the rest."""
    with tempfile.TemporaryDirectory() as scratch:
        engines = open_engines(parse_url(f"sqlite:///{scratch}/empty.db"))
        migrate(engines.writing)
        with engines.writing.begin() as connection:
            made = config(connection)
            made.set_main_option("version_locations", os.pathsep.join({str(VERSIONS), str(folder)}))
            script = command.revision(made, message, autogenerate=True, version_path=str(folder))
        engines.dispose()
    assert script is not None
    assert not isinstance(script, list)
    return Path(script.path)


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].strip():  # noqa: PLR2004 - the program and its one argument
        sys.exit('say what the migration does: make migration m="add a field"')
    print(generate(sys.argv[1], VERSIONS))  # noqa: T201 - the file to look at
