"""The proof by a model holds for the product, and is disproved for one that breaks a rule, on one database or both."""

from collections.abc import Callable
from typing import Any

import pytest

from proof.model import PROOFS
from proof.telling import Disproved, Plan
from support.databases import Databases
from support.desks import INCIDENT
from support.installations import execute
from support.side_by_side import side_by_side
from unyo.tickets import approval, lock
from unyo.tickets.dates import whole_second
from unyo.tickets.directory import Member

(MODEL,) = PROOFS
SEED = 1
STEPS = 100
# A product that breaks one rule is disproved in fewer.
MANY_STEPS = 1200
# The function that keeps a rule, and one that does not.
BROKEN: dict[str, tuple[object, str, Callable[..., Any]]] = {
    "the lock dates are not compared": (lock, "holds", lambda *_: True),
    "the update dates do not run ahead of the clock": (lock, "next_update", lambda _, __, now: whole_second(now)),
    "the approver stays when the state is left": (approval, "with_approver_cleared", lambda _, given: given),
    "every ticket is shown to all": (Member, "may_see", lambda *_: True),
}


def test_the_model_and_both_databases_say_the_same_in_any_conversation() -> None:
    advances: list[None] = []
    figures = MODEL.carry_out(Plan("both", STEPS, SEED, lambda: advances.append(None)))
    assert len(advances) == STEPS <= int(figures["steps"])
    assert all(int(figures[name]) > 0 for name in ("calls", "applied", "refused", "restarts"))


@pytest.mark.parametrize(("module", "name", "broken"), BROKEN.values(), ids=BROKEN)
def test_it_is_disproved_where(
    module: object, name: str, broken: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, name, broken)
    with pytest.raises(Disproved, match=rf"step \d+, seed {SEED}: (?s:.)*\nstate\."):
        MODEL.carry_out(Plan("both", MANY_STEPS, SEED, lambda: None))


def test_an_answer_that_one_database_gives_and_the_other_does_not_is_noticed(
    all_databases: dict[str, Databases],
) -> None:
    urls = [each.filled() for each in all_databases.values()]
    execute(urls[1], "UPDATE tickets SET cause = 'とある原因' WHERE number = 123456")
    with side_by_side(*urls) as (desk, _), pytest.raises(AssertionError, match="とある原因"):
        desk.detail(INCIDENT)
    for each, url in zip(all_databases.values(), urls, strict=True):
        each.drop(url)


def test_the_full_number_of_steps_is_the_one_that_is_promised() -> None:
    assert MODEL.rounds == {"both": 3000}
