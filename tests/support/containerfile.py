"""A Containerfile, as far as tests ask about it."""

import json
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Instruction:
    """One instruction, its lines joined."""

    name: str
    text: str

    @property
    def exec_form(self) -> list[str] | None:
        """The program and its arguments; None where a shell would be given a line."""
        found = re.search(r"\[.*\]$", self.text)
        return json.loads(found[0]) if found else None


def stages(text: str) -> list[list[Instruction]]:
    """The instructions of each stage, which begins with its FROM; what stands before the first is a stage too."""
    without_comments = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    found: list[list[Instruction]] = [[]]
    for line in re.sub(r"\s*\\\n\s*", " ", without_comments).splitlines():
        if not line.strip():
            continue
        name, _, rest = line.strip().partition(" ")
        if name == "FROM":
            found.append([])
        found[-1].append(Instruction(name, rest))
    return found


def every(stage: list[Instruction], name: str) -> list[Instruction]:
    """The instructions of one name."""
    return [each for each in stage if each.name == name]


def only(stage: list[Instruction], name: str) -> Instruction:
    """The one instruction of a name."""
    (found,) = every(stage, name)
    return found
