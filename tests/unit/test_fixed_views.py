"""The address behind each part of "My work" asks for what the part itself is made of."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from unyo.portal.lists.fixed_views import TITLES, WHOLE
from unyo.services.my_work import Part, ShowMyWork

NOW = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.mark.parametrize("part", list(Part))
def test_the_whole_of_a_part_is_the_list_that_the_part_begins(part: Part) -> None:
    begun = ShowMyWork("uom1", "SA1", NOW).queries()[part]
    whole = WHOLE[part].command("uom1", "SA1", ZoneInfo("Asia/Tokyo"), NOW)
    assert replace(whole, limit=begun.limit) == begun


def test_every_part_has_a_title_and_a_whole() -> None:
    assert [*TITLES] == [*WHOLE] == list(Part)
