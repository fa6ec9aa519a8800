"""Envelopes: what an error names, where an answer's RequestId stands, and that there is no second one like it."""

import pytest

from support.judging import A_SENTENCE, REQUEST_ID
from unyo.tickets.errors import Reason, Refusal
from unyo.uom import envelopes
from unyo.uom.envelopes import ERRORS, Failure, make_request_id

ID = "54c22bee-0c47b962-be6162fa-0000e89d-d3d7668c"


@pytest.mark.parametrize("reason", Reason)
def test_a_refusal_names_each_field_once_with_its_error_type_in_their_order(reason: Reason) -> None:
    code = ERRORS[reason]
    inside = {"RequestId": ID, "ErrorType": code.error_type, "ErrorMessage": code.message}
    assert envelopes.refusal(ID, Refusal(reason)) == {"ErrorResponse": inside}
    named = envelopes.refusal(ID, Refusal(reason, ("Title", "Category", "CorrespondProcessList.1")))
    detail = dict.fromkeys(("Title", "Category", "CorrespondProcessList.1"), code.error_type)
    assert named == {"ErrorResponse": {**inside, "ErrorDetail": detail}}
    assert [*named["ErrorResponse"]["ErrorDetail"]] == [*detail]


@pytest.mark.parametrize("failure", Failure)
def test_a_failure_names_no_field_and_says_one_sentence_in_japanese(failure: Failure) -> None:
    envelope = envelopes.failure(ID, failure.value)
    assert [*envelope["ErrorResponse"]] == ["RequestId", "ErrorType", "ErrorMessage"]
    assert A_SENTENCE.fullmatch(failure.value.message)


def test_an_answer_begins_with_its_request_id() -> None:
    made = envelopes.success("GetTicketList", ID, {"TotalCount": "0", "TicketList": [], "NextCursor": ""})
    assert [*made] == ["GetTicketListResponse"]
    assert [*made["GetTicketListResponse"].items()] == [
        ("RequestId", ID),
        ("TotalCount", "0"),
        ("TicketList", []),
        ("NextCursor", ""),
    ]


def test_request_ids_are_five_groups_of_eight_hex_digits_and_never_the_same() -> None:
    made = [make_request_id() for _ in range(1000)]
    assert [each for each in made if not REQUEST_ID.fullmatch(each)] == []
    assert len({group for each in made for group in each.split("-")}) > 4990
