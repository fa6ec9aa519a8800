"""The contract's cases as data: YAML files of calls and what they answer, read into one flat list.

A file is a list of cases. A case is ``case`` (its name, a sentence), ``section`` (of the contract) and ``steps``; one
of one step may hold that step's keys itself. ``each`` makes several cases of one: for each of its values (a list of
values, a list of mappings, or a mapping of labels to values) ``<it>``, ``<label>`` or the mapping's own names are
replaced everywhere. Steps are ``support.playing``'s: a call (``Call``), or one of ``OTHER_STEPS``. Two tags make long
texts: ``!repeat [text, times]`` and ``!join [text, …]``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Step = Mapping[str, Any]

OTHER_STEPS = {"clock", "directory", "remember"}
WRITING = {"RegisterTicket", "UpdateTicket"}
_NAME = re.compile(r"<([A-Za-z0-9_ ]+)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A step that calls, and what comes back; a call that is not ``refused`` must succeed."""

    call: str
    by: str = "YAMADA"
    # The body: what it starts from, parameters set, left out, memos as [Seq, OperationClass, text] (null: left out).
    start: str | Mapping[str, Any] = ""
    given: Mapping[str, Any] | None = None
    without: Sequence[str] = ()
    memos: Sequence[Sequence[str | None]] | None = None
    # The body as text: members put behind the others as they are written, or all of it; and how it is encoded.
    append: str = ""
    raw: str | None = None
    encoding: str = "utf-8"
    # The head: what is sent and signed, how it is signed, and what is set (null: left out) or repeated after that.
    method: str = "POST"
    path: str = ""
    content_type: str | None = "application/json; charset=utf-8"
    headers: Mapping[str, str] | None = None
    signed: Mapping[str, Any] | None = None
    altered: Mapping[str, str | None] | None = None
    repeated: Mapping[str, str] | None = None
    # What comes back: an error by its name in errors.yaml, with exactly these fields in ErrorDetail;
    refused: str = ""
    fields: Sequence[str] = ()
    # or a success, with exactly these values of the ticket changed (null: a memo that is gone), these history lines
    # (without: the same as the changed values),
    changes: Mapping[str, Any] | None = None
    history: Sequence[Sequence[str]] | None = None
    # the whole answer beside RequestId, its names in their order, members of it by their paths, a list's tickets,
    # an option list's values;
    answer: Mapping[str, Any] | None = None
    names: Sequence[str] | None = None
    holds: Mapping[str, Any] | None = None
    tickets: Sequence[str] | None = None
    options: Mapping[str, Sequence[str]] | None = None
    # headers (null: none), and members of the answer's body to keep under a name for later steps.
    back: Mapping[str, str | None] | None = None
    keep: Mapping[str, str] | None = None


_KEYS_OF_A_CALL = set(Call.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence of the contract, its section, and the steps that show it."""

    name: str
    section: str
    steps: tuple[Step, ...]

    @property
    def alters(self) -> bool:
        """Whether it leaves anything behind: it writes, moves the clock or changes the directory."""
        return any("call" not in step or (step["call"] in WRITING and _leaves(step)) for step in self.steps)


def _leaves(step: Step) -> bool:
    """Whether a writing call leaves anything: one that says ``changes: {}`` is judged to have changed nothing."""
    return "refused" not in step and step.get("changes") != {}


class _Loader(yaml.SafeLoader):
    """YAML with the two tags."""


def _repeat(loader: _Loader, node: yaml.SequenceNode) -> str:
    text, times = loader.construct_sequence(node, deep=True)
    return str(text) * int(times)


def _join(loader: _Loader, node: yaml.SequenceNode) -> str:
    return "".join(loader.construct_sequence(node, deep=True))


_Loader.add_constructor("!repeat", _repeat)
_Loader.add_constructor("!join", _join)


def read_yaml(path: Path) -> Any:
    """What stands in a file of ours."""
    return _Loader(path.read_text(encoding="utf-8")).get_single_data()


def read_cases(folder: Path) -> list[Case]:
    """Every case of every file."""
    return [case for path in sorted(folder.glob("*.yaml")) for entry in read_yaml(path) for case in _cases(entry)]


def filled(template: Any, values: Mapping[str, Any]) -> Any:
    """A template with ``<name>`` replaced; one that is nothing else becomes the value itself."""
    if isinstance(template, str):
        whole = _NAME.fullmatch(template)
        if whole and whole[1] in values:
            return values[whole[1]]
        return _NAME.sub(lambda found: str(values.get(found[1], found[0])), template)
    if isinstance(template, Mapping):
        return {filled(name, values): filled(value, values) for name, value in template.items()}
    if isinstance(template, list):
        return [filled(element, values) for element in template]
    return template


def _cases(entry: Mapping[str, Any]) -> Iterator[Case]:
    head = {name: entry[name] for name in ("case", "section")}
    steps = entry.get("steps") or [{name: entry[name] for name in entry if name not in {*head, "each"}}]
    expected = {*head, "each", "steps"} if "steps" in entry else {*head, "each", *_KEYS_OF_A_CALL}
    assert set(entry) <= expected, f"{head}: {set(entry) - expected}"
    for step in steps:
        known = _KEYS_OF_A_CALL if "call" in step else OTHER_STEPS
        assert set(step) <= known, f"{head}: {set(step) - known}"
    for values in _each(entry.get("each")):
        yield Case(
            str(filled(head["case"], values)), str(head["section"]), tuple(filled(step, values) for step in steps)
        )


def _each(given: Any) -> Iterator[Mapping[str, Any]]:
    """The values to be filled in, once for each case."""
    if given is None:
        yield {}
    elif isinstance(given, Mapping):
        for label, value in given.items():
            yield {"label": label, "it": value, **(value if isinstance(value, Mapping) else {})}
    else:
        yield from (value if isinstance(value, Mapping) else {"it": value} for value in given)
