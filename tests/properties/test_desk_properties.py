"""Long conversations with a desk: it shows after each call what the plain model says, and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from support.conversation import Conversation
from support.databases import Databases
from support.desks import DeskUnderTest
from support.side_by_side import SideBySide, side_by_side

LONG = settings(
    max_examples=5,
    stateful_step_count=36,
    deadline=None,
    derandomize=True,
    # A fresh desk for each conversation takes a moment, and that is what it is for.
    suppress_health_check=[HealthCheck.too_slow],
)


def test_a_desk_shows_after_any_conversation_what_its_calls_say(databases: Databases) -> None:
    @contextmanager
    def _open() -> Iterator[tuple[DeskUnderTest, SideBySide]]:
        url = databases.filled()
        with side_by_side(url) as opened:
            yield opened
        databases.drop(url)

    class ConversationHere(Conversation):
        open_desk = staticmethod(_open)

    run_state_machine_as_test(ConversationHere, settings=LONG)
