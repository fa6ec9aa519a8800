"""What a requirement file pins."""

import re
from collections.abc import Iterator

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def pinned(requirements: str) -> Iterator[Requirement]:
    """Each requirement of a hashed file, without its hashes."""
    joined = re.sub(r"\\\n", " ", requirements)
    for line in joined.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield Requirement(line.partition(" --hash")[0])


def names_here(requirements: str) -> list[str]:
    """The normal names of what would be installed on this system."""
    return sorted(canonicalize_name(each.name) for each in pinned(requirements) if _is_for_here(each))


def names_elsewhere(requirements: str) -> list[str]:
    """The normal names of what only other systems install."""
    return sorted(canonicalize_name(each.name) for each in pinned(requirements) if not _is_for_here(each))


def _is_for_here(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate()
