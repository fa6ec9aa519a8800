"""What the tree must not hold: sprawling modules, this machine's paths, unpinned packages, unexplained suppressions."""

import re
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.tree import ROOT, SOURCE, python_files, tracked_texts

MOST_LINES = 400
# Put together here, so that this file does not name what it looks for.
REGISTRIES = [
    re.escape(".".join(host))
    for host in (("pypi", "org"), ("files", "pythonhosted", "org"), ("registry", "npmjs", "org"), ("crates", "io"))
]
INDEX_OPTIONS = [f"--{option}" for option in ("index-url", "extra-index-url", "find-links", "trusted-host")]
HOMES = "home/[a-z]|root/|Users/[A-Za-z]|work/|builds/|workspace/"
ABSOLUTE = re.compile(rf"(?<![\w.:/~*-])/(?:{HOMES})")
PINNED = re.compile(r"[a-z0-9._-]+(\[[a-z,-]+])?==[^\s;]+( ; [^\\]+?)?( --hash=sha256:[0-9a-f]{64})+")
SUPPRESSION = re.compile(r"#\s*(ruff: noqa|noqa|type: ignore|pragma: no cover)")
WITH_REASON = re.compile(
    r"#\s*(?:(?:ruff: )?noqa: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)*|type: ignore\[[a-z, -]+]|pragma: no cover)"
    r"\s+(?:- |# )\w.{5,}"
)
REQUIREMENTS = sorted((ROOT / "requirements").glob("*.txt"))


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files("src")}
    assert SOURCE / "bootstrap" / "desk.py" in lengths
    assert {path: length for path, length in lengths.items() if length > MOST_LINES} == {}


def _lines_with(pattern: re.Pattern[str]) -> list[str]:
    """The lines of the project in which a pattern is found."""
    texts = tracked_texts()
    assert "pyproject.toml" in texts
    return [
        f"{name}:{number}: {line}"
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_path_of_this_machine() -> None:
    assert _lines_with(re.compile(re.escape(str(ROOT)))) == []
    assert _lines_with(ABSOLUTE) == []


def test_no_file_names_a_package_registry_or_an_index() -> None:
    assert _lines_with(re.compile("|".join([*REGISTRIES, *INDEX_OPTIONS]))) == []


def test_what_is_looked_for_would_be_found() -> None:
    for folder in ("home/hanako", "root/unyo", "work/unyo"):
        assert ABSOLUTE.search(f"cd /{folder}")
        assert not ABSOLUTE.search(f"https://example.com/{folder}")
    assert re.search(REGISTRIES[0], "https://" + "pypi" + ".org/simple")


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_every_requirement_is_pinned_and_hashed_and_none_has_an_address(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    joined = re.sub(r"\s*\\\n\s*", " ", text)
    required = [line.strip() for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(required) > 20
    assert [line for line in required if not PINNED.fullmatch(line)] == []
    assert "://" not in text


def test_both_requirement_files_are_there() -> None:
    assert [path.name for path in REQUIREMENTS] == ["dev.txt", "server.txt"]


def _suppressions(path: Path) -> Iterator[str]:
    """The comments of a file that silence a check."""
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.COMMENT and SUPPRESSION.search(token.string):
                yield token.string


def test_every_suppression_has_its_reason_beside_it() -> None:
    found = [(path, comment) for path in python_files("src", "tests") for comment in _suppressions(path)]
    assert found
    assert [(str(path), comment) for path, comment in found if not WITH_REASON.search(comment)] == []


@pytest.mark.parametrize(
    "comment", ["# noqa", "# noqa: E501", "# type: ignore", "# type: ignore[misc]", "# noqa: E501 - x", "# ruff: noqa"]
)
def test_a_suppression_without_a_reason_would_be_noticed(comment: str) -> None:
    assert SUPPRESSION.search(comment)
    assert not WITH_REASON.search(comment)


def test_every_rule_that_ruff_ignores_has_its_reason_beside_it() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lint = tomllib.loads(text)["tool"]["ruff"]["lint"]
    ignored = [*lint["ignore"], *(rule for rules in lint["per-file-ignores"].values() for rule in rules)]
    section = text[text.index("[tool.ruff.lint]") : text.index("[tool.ruff.lint.pylint]")]
    explained = re.findall(r'^ {4}"([A-Z]+[0-9]*)",? +# \w.+$', section, re.MULTILINE)
    assert sorted(explained) == sorted(ignored)
