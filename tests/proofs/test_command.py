"""The command lines of `make proof` and `make bench`, as people call them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def ran(package: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", package, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_a_run_says_its_seed_first_then_each_proof_as_it_ends_and_what_it_came_to() -> None:
    run = ran("proof", "lost-answers", "--database", "sqlite", "--part", "0.01", "--seed", "7")
    assert run.returncode == 0, run.stderr
    seed, ended, *table = run.stdout.splitlines()
    assert seed == "seed 7"
    assert ended.startswith("✓ lost-answers sqlite: 3 rounds, ")
    assert any("lost-answers" in line and "✓" in line for line in table)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["proof", "crush"], "there is no proof crush"),
        (["proof", "--database", "mysql"], "nothing is carried out on mysql"),
        (["proof", "crash-database", "--database", "sqlite"], "nothing is carried out on sqlite"),
        (["proof", "crash", "--write"], "--write is for runs of all proofs"),
        (["proof", "--slack", "2", "--write"], "--write is for runs of all proofs"),
        (["bench", "--database", "mysql"], "there is no database mysql"),
        (["bench", "--database", "sqlite", "--write"], "--write is for runs on both databases"),
    ],
)
def test_what_cannot_be_carried_out_is_said_and_is_no_success(arguments: list[str], told: str) -> None:
    run = ran(*arguments)
    assert run.returncode == 2
    assert told in " ".join(run.stderr.replace("│", " ").split())
