"""Whatever a rule may refuse has its words."""

from zoneinfo import ZoneInfo

import pytest

from unyo.portal.words.language import Language, Words
from unyo.portal.words.wording import fault_says, kind_says, refused_says, unfit_says
from unyo.services.passwords import Unfit
from unyo.services.signing_in import Refusal
from unyo.tickets.errors import Reason
from unyo.tickets.model import TicketKind


@pytest.mark.parametrize("language", list(Language))
def test_every_refusal_and_every_kind_is_said_in_words_of_its_own(language: Language) -> None:
    words = Words(language, ZoneInfo("Asia/Tokyo"))
    said = [
        *(fault_says(reason, words) for reason in Reason),
        *(unfit_says(unfit, words) for unfit in Unfit),
        *(refused_says(refusal, "30", words) for refusal in Refusal if refusal is not Refusal.LINK_USED),
        *(kind_says(kind, words) for kind in TicketKind),
    ]
    assert all(text and "%(" not in text for text in said)
    assert len({*said}) == len(said)
