"""The migrations of this release, and what each means for the servers of the releases before it."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from sqlalchemy.engine import Connection


class Phase(StrEnum):
    """Whether the servers of the release before can serve on while, and after, a migration is carried out."""

    EXPAND = "expand"
    CONTRACT = "contract"


@dataclass(frozen=True, slots=True)
class Step:
    """One migration. The releases from revision ``served_from`` on can serve the tables that it makes."""

    revision: str
    title: str
    phase: Phase
    served_from: str


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration; its scripts lie beside this file, and it uses the given connection."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


@lru_cache(1)
def steps() -> tuple[Step, ...]:
    """Every migration, the first one first."""
    return steps_of(ScriptDirectory.from_config(config()))


def steps_of(directory: ScriptDirectory) -> tuple[Step, ...]:
    """The same, of any folder of migrations.

    Raises:
        ValueError: a migration is marked as something else, or says that a revision can serve that is not there.
    """
    found: list[Step] = []
    for script in reversed([*directory.walk_revisions()]):
        phase = _phase(script)
        known = [*(step.revision for step in found), script.revision]
        oldest = found[-1].served_from if found else script.revision
        if phase is Phase.CONTRACT:
            # Where nothing is said, nobody but this migration's own release is known to do without what it takes away.
            oldest = max(oldest, getattr(script.module, "served_from", script.revision), key=known.index)
        found.append(Step(script.revision, (script.doc or "").rstrip("."), phase, oldest))
    return tuple(found)


def newest() -> str:
    """The revision of this release's tables."""
    return steps()[-1].revision


def _phase(script: Script) -> Phase:
    # Without a mark it counts as what asks for more care.
    return Phase(getattr(script.module, "phase", Phase.CONTRACT))
