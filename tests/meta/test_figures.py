"""The pages that promise and measure show the figures of the last run, and name every proof."""

import io
import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer

import bench.document
import proof.__main__ as make_proof
import proof.document
from bench.__main__ import bench as make_bench
from bench.report import targets
from proof.openapi import CHECKS, LEFT_OUT
from proof.showing import BEGIN, END, NoPlace, console_for_tables, shown_in, with_shown
from proof.telling import Proof

Shown = Callable[[Mapping[str, Any]], str]
PAGES: dict[str, tuple[ModuleType, Shown]] = {
    "guarantees": (proof.document, proof.document.table),
    "performance": (bench.document, bench.document.tables),
}
FULL: dict[str, Any] = {"part": 1, "quick": False}
NOT_FULL: dict[str, Any] = {"part": 0.25, "quick": True}
GUARANTEES = proof.document.PAGE.read_text(encoding="utf-8")
RACES = {"rounds": 200, "seed": 5, "writes": 12800, "winners": 200, "seconds": 61.5}
SQLITE = {
    "update": {"8": {"updates_per_s": 2000.4, "limit_per_s": 4000.0, "ratio": 0.5, "p50_ms": 4.04, "p99_ms": 30.0}},
    "list": {"1": {"calls_per_s": 1234.5, "p50_ms": 3.0, "p99_ms": 4.0}},
}
A_PAGE = f"before\n{BEGIN}\n\nold\n\n{END}\nafter\n"


def _last_run(document: ModuleType) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(document.RESULTS.read_text(encoding="utf-8"))
    return found


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a run writes instead of the project's own tree: a page, beside which its results will lie."""
    page = tmp_path / "page.md"
    page.write_text(A_PAGE, encoding="utf-8")
    for document in (proof.document, bench.document):
        monkeypatch.setattr(document, "PAGE", page)
        monkeypatch.setattr(document, "RESULTS", tmp_path / "results" / "latest.json")
    return page


@pytest.mark.parametrize(("document", "shown"), PAGES.values(), ids=PAGES)
def test_the_page_shows_the_figures_of_the_last_run(document: ModuleType, shown: Shown) -> None:
    assert shown_in(document.PAGE.read_text(encoding="utf-8")) == shown(_last_run(document))


@pytest.mark.parametrize("name", PAGES)
def test_a_run_is_written_into_its_file_and_its_place_in_the_page(name: str, elsewhere: Path, tmp_path: Path) -> None:
    document, shown = PAGES[name]
    run = {"fsync_ms": 1.0, "memory_mb": 1.0, "sqlite": SQLITE, "postgresql": SQLITE, "cores": 2, **FULL}
    run |= {"unyo": "9.9.9", "python": "3.11", "seed": 5, "proofs": {"races": {"sqlite": RACES}}}
    document.keep(run)
    assert json.loads((tmp_path / "results" / "latest.json").read_text(encoding="utf-8")) == run
    assert elsewhere.read_text(encoding="utf-8") == f"before\n{BEGIN}\n\n{shown(run)}\n\n{END}\nafter\n"
    assert shown(run).startswith("A full run. unyo 9.9.9, Python 3.11, ")
    assert shown({**run, **NOT_FULL}).startswith("**Not a full run**: ")


def test_the_figures_of_a_proof_stand_in_its_row() -> None:
    run = {"unyo": "0", "python": "3", "part": 1, "seed": 5, "proofs": {"races": {"sqlite": RACES}}}
    assert "| `races` | sqlite | yes | 200 | writes: 12800; winners: 200 | 61.5 |" in proof.document.table(run)


def test_a_claim_that_does_not_hold_is_told_in_one_line() -> None:
    seen = {"rounds": 200, "seed": 5, "disproved": "round 3, seed 5:\n<b>2 | 64</b> won", "seconds": 1.5}
    run = {"unyo": "0", "python": "3", "part": 1, "seed": 5, "proofs": {"races": {"sqlite": seen}}}
    row = r"| `races` | sqlite | **no** | 200 | round 3, seed 5: &lt;b>2 \| 64&lt;/b> won | 1.5 |"
    assert row in proof.document.table(run).splitlines()


def test_what_was_measured_stands_in_its_row_and_a_missed_target_is_named() -> None:
    run = {"unyo": "0", "python": "3", "quick": False, "cores": 2, "fsync_ms": 1, "memory_mb": 200.0}
    lines = bench.document.tables({**run, "sqlite": SQLITE, "postgresql": SQLITE}).splitlines()
    assert "| sqlite | 8 | 2,000 | 4,000 | 0.50 | 4.0 | 30.0 |" in lines
    assert "| postgresql | list | 1 | 1,234 | 3.0 | 4.0 |" in lines
    assert "- reached: sqlite: update ratio 0.50 ≥ 0.45" in lines
    assert "- **missed**: memory 200 MiB ≤ 140" in lines


def test_of_a_target_a_part_may_do_but_of_memory_the_whole_counts() -> None:
    update = {**SQLITE["update"]["8"], "ratio": 0.31, "p50_ms": 4.0, "p99_ms": 29.0}
    run = {"memory_mb": 141.0, "sqlite": {**SQLITE, "update": {"8": update}}}
    whole = {text.partition(":")[2] or text: reached for text, reached in targets(run)}
    part = {text.partition(":")[2] or text: reached for text, reached in targets(run, 0.67)}
    assert [*whole.values()] == [False, False, True, False]
    assert [*part.values()] == [True, True, True, False]
    assert " update ratio 0.31 ≥ 0.30" in part


@pytest.mark.parametrize(
    "page", ["", BEGIN, f"{END}{BEGIN}", f"{A_PAGE}{A_PAGE}", f"{A_PAGE}{END}", f"{BEGIN}{A_PAGE}"]
)
def test_a_page_without_one_place_for_figures_is_refused(page: str) -> None:
    with pytest.raises(NoPlace):
        with_shown(page, "new")


@pytest.mark.parametrize(("part", "write", "is_written"), [(1, False, True), (0.5, False, False), (0.5, True, True)])
def test_only_a_full_run_of_the_proofs_is_written_unless_it_is_asked_for(
    part: float, *, write: bool, is_written: bool, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make_proof, "CHAPTERS", ())  # all of no proofs is done at once
    with pytest.raises(SystemExit, match="False"):
        make_proof.prove(part=part, seed=7, write=write)
    assert (elsewhere.read_text(encoding="utf-8") != A_PAGE) is is_written


def test_a_run_of_some_proofs_only_is_not_written(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    idle = Proof("idle", "nothing", {"sqlite": 1, "postgresql": 1}, lambda _plan: {})
    monkeypatch.setattr(make_proof, "proofs", lambda: {"idle": idle})
    with pytest.raises(SystemExit):
        make_proof.prove(database="sqlite", part=1)
    with pytest.raises(typer.BadParameter):
        make_proof.prove(database="sqlite", write=True)
    with pytest.raises(typer.BadParameter):
        make_bench(database="sqlite", write=True)
    assert elsewhere.read_text(encoding="utf-8") == A_PAGE


def test_every_proof_is_promised_with_its_full_numbers() -> None:
    told = {
        name: {kind: int(count) for kind, count in zip(("sqlite", "postgresql", "both"), counts, strict=True) if count}
        for name, *counts in re.findall(r"^\| `([a-z-]+)` \| ?(\d*) \| ?(\d*) \| ?(\d*) ?\|$", GUARANTEES, re.MULTILINE)
    }
    assert told == {name: dict(each.rounds) for name, each in make_proof.proofs().items()}
    for name in told:
        assert re.search(rf"^### .*`{name}`", GUARANTEES, re.MULTILINE)
        assert len(re.findall(rf"^\| \*\*.*`{name}`", GUARANTEES, re.MULTILINE)) >= 1


def test_every_check_of_schemathesis_that_is_left_out_is_named_with_its_reason() -> None:
    assert set(re.findall(r"^\| `([a-z]+(?:_[a-z]+)+)` \| \w", GUARANTEES, re.MULTILINE)) == set(LEFT_OUT)
    assert not set(CHECKS) & set(LEFT_OUT)


def test_tables_are_wide_enough_where_there_is_no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    for variable in ("FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    assert console_for_tables().width == 110
    monkeypatch.setenv("COLUMNS", "200")
    assert console_for_tables().width == 200
