"""How long to wait after failures, and what every password keeps to, by the thousand."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from unyo.services.passwords import (
    FREE_FAILURES,
    LEAST_CHARACTERS,
    LONGEST_WAIT,
    MOST_BYTES,
    Unfit,
    is_too_long,
    normal,
    possible_master_id,
    wait_after,
    why_unfit,
)

MANY = settings(max_examples=300, deadline=None, derandomize=True, database=None)
TEXTS = st.text(st.characters(codec=None), max_size=60)


@MANY
@given(st.integers(0, 10**9))
def test_a_wait_never_gets_shorter_doubles_from_a_second_and_ends_at_a_quarter_of_an_hour(failures: int) -> None:
    wait, next_wait = wait_after(failures), wait_after(failures + 1)
    assert wait <= next_wait <= LONGEST_WAIT
    if failures <= FREE_FAILURES:
        assert wait == timedelta(0)
    else:
        assert wait >= timedelta(seconds=1)
        assert next_wait == min(2 * wait, LONGEST_WAIT)
    assert wait_after(FREE_FAILURES + 1) == timedelta(seconds=1)


@MANY
@given(TEXTS, st.text(max_size=10))
def test_a_password_that_is_fit_is_long_enough_not_too_long_and_none_of_its_letters_is_asked_for(
    text: str, master_id: str
) -> None:
    password = SecretStr(text)
    unfit = why_unfit(master_id, password)
    letters = normal(password).get_secret_value()
    size = len(letters.encode("utf-8", "surrogatepass"))
    assert (unfit is Unfit.TOO_LONG) == (size > MOST_BYTES) == is_too_long(password)
    if unfit is None:
        assert len(letters) >= LEAST_CHARACTERS
        assert letters.casefold() != master_id.casefold()
    if unfit is Unfit.TOO_SHORT:
        assert len(letters) < LEAST_CHARACTERS
    assert unfit is why_unfit(master_id, normal(password))


@MANY
@given(TEXTS)
def test_what_is_typed_as_a_master_id_can_be_looked_up_in_every_database(typed: str) -> None:
    found = possible_master_id(typed)
    assert "\0" not in found
    assert found.encode().decode() == found
    assert found in {typed, ""}
