"""Too many calls of one key: refused after its signature, before anything else, and told when to come again."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from support.desks import INCIDENT, NEW_INCIDENT, Answer, DeskUnderTest, desk_on, who
from support.installations import contents, install
from support.processes import Client, serving
from unyo.api.rate import RateLimit
from unyo.cast import SATO, YAMADA, Actor

DETAIL = "GetTicketDetail"
FULL = (429, "TOO_MANY_REQUESTS")
POLICY = '"key";q=3;w=60'
STRANGER = replace(YAMADA, key=replace(YAMADA.key, secret_key=SATO.key.secret_key))


class Seconds:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.now = 5_000

    def __call__(self) -> int:
        return self.now * 1_000_000_000


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def desk(filled_url: str, seconds: Seconds) -> Iterator[DeskUnderTest]:
    """A desk of three calls a minute, which is one in twenty seconds."""
    with desk_on(filled_url, rate=RateLimit(3, seconds)) as opened:
        yield opened


def read(desk: DeskUnderTest, actor: Actor = YAMADA) -> Answer:
    return desk.call(DETAIL, {**who(actor), "TicketId": INCIDENT}, actor=actor)


def outcome(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.error_type


def standing(answer: Answer) -> str:
    assert answer.headers["ratelimit-policy"] == POLICY
    return answer.headers["ratelimit"]


@pytest.fixture
def used_up(desk: DeskUnderTest) -> DeskUnderTest:
    """YAMADA's key has no call left."""
    for _ in range(3):
        assert read(desk).error is None
    return desk


def test_answers_tell_how_many_calls_are_left_and_the_next_one_is_refused(desk: DeskUnderTest) -> None:
    answers = [read(desk) for _ in range(4)]
    assert [outcome(answer) for answer in answers] == [(200, "")] * 3 + [FULL]
    assert [standing(answer) for answer in answers] == ['"key";r=2', '"key";r=1', '"key";r=0;t=20', '"key";r=0;t=20']
    assert ["retry-after" in answer.headers for answer in answers] == [False] * 3 + [True]
    assert answers[3].headers["retry-after"] == "20"
    assert set(answers[3].body) == {"RequestId", "ErrorType", "ErrorMessage"}


def test_a_call_is_taken_again_after_the_seconds_that_were_told(used_up: DeskUnderTest, seconds: Seconds) -> None:
    seconds.now += 1
    told = int(read(used_up).headers["retry-after"])
    assert told == 19
    seconds.now += told - 1
    assert outcome(read(used_up)) == FULL
    seconds.now += 1
    assert read(used_up).error is None
    assert outcome(read(used_up)) == FULL


def test_other_keys_are_not_concerned(used_up: DeskUnderTest) -> None:
    assert standing(read(used_up, SATO)) == '"key";r=2'
    assert outcome(read(used_up)) == FULL


@pytest.mark.parametrize(
    "call",
    [
        lambda desk: desk.call(DETAIL, b"no JSON"),
        lambda desk: desk.call(DETAIL, {"MasterID": 1}),
        lambda desk: desk.call("RegisterTicket", {**who(YAMADA), **NEW_INCIDENT}),
        lambda desk: desk.call("RegisterTicket", b"{}", headers={"x-iijapi-unyo-call": "no UUID"}),
    ],
    ids=["no JSON", "wrong parameters", "a write", "no UUID"],
)
def test_it_is_judged_after_the_signature_and_before_all_that_follows(
    used_up: DeskUnderTest, call: Callable[[DeskUnderTest], Answer]
) -> None:
    before = contents(used_up.url)
    assert outcome(call(used_up)) == FULL
    assert contents(used_up.url) == before


def test_calls_that_are_refused_for_what_they_hold_count_too(desk: DeskUnderTest) -> None:
    answers = [desk.call(DETAIL, content) for content in (b"no JSON", b"{}")]
    assert [answer.error_type for answer in answers] == ["INVALID_JSON", "PARAMETER_REQUIRED"]
    assert [standing(answer) for answer in answers] == ['"key";r=2', '"key";r=1']


def test_nobody_uses_up_a_key_that_is_not_theirs(desk: DeskUnderTest) -> None:
    for _ in range(5):
        forged = read(desk, STRANGER)
        assert forged.error_type == "AUTH_FAILURE"
        assert "ratelimit" not in forged.headers
    assert standing(read(desk)) == '"key";r=2'


def test_what_is_refused_before_the_signature_is_still_refused_for_that(used_up: DeskUnderTest) -> None:
    assert outcome(used_up.call(DETAIL, b"{}", content_type="text/plain")) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert read(used_up, STRANGER).error_type == "AUTH_FAILURE"


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_without_a_limit_nothing_is_told_of_one(filled_url: str) -> None:
    with desk_on(filled_url) as desk:
        answers = [read(desk) for _ in range(5)]
    assert all(one.headers.keys() == other.headers.keys() for one, other in pairwise(answers))
    assert not {"ratelimit", "ratelimit-policy"} & set(answers[0].headers)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_server_limits_keys_as_its_settings_say(empty_url: str, tmp_path: Path) -> None:
    installation = install(empty_url, tmp_path)
    with (
        serving("--database", installation.url, "--calls-per-minute", "2", folder=installation.folder) as (_, url),
        Client(url, installation.account) as client,
    ):
        assert [client.call("GetTicketList", {}).status for _ in range(3)] == [200, 200, 429]
