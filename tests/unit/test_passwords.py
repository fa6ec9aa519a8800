"""What can be a password, and what cannot."""

import pytest
from pydantic import SecretStr

from unyo.services.hashing import Busy, Hashing
from unyo.services.passwords import Unfit, address_subject, why_unfit


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", Unfit.TOO_SHORT),
        ("tr0ub4dor&3", Unfit.TOO_SHORT),
        ("tr0ub4dor&3!", None),
        ("雨の日は窓を開けて眠る。", None),
        ("雨の日は窓を開けて眠る", Unfit.TOO_SHORT),
        ("all lower case", None),
        ("correct-horse-battery", None),
        ("x7" * 512 + "!", Unfit.TOO_LONG),
        ("abcd" * 256, None),
        ("雨夜月星" * 85, None),
        ("雨夜月星" * 86, Unfit.TOO_LONG),
        ("\ufdfa" * 60, Unfit.TOO_LONG),  # one character that is eighteen in NFKC
        ("SA1234567SA1234567", Unfit.LIKE_MASTER_ID),
        ("sa1234567-2026", Unfit.LIKE_MASTER_ID),
        ("ＳＡ１２３４５６７－２０２６", Unfit.LIKE_MASTER_ID),
        ("SA1234567 and more", None),
        ("aaaaaaaaaaaa", Unfit.TOO_COMMON),
        ("121212121212", Unfit.TOO_COMMON),
        ("PassWord1234", Unfit.TOO_COMMON),
        ("ｐａｓｓｗｏｒｄ１２３４", Unfit.TOO_COMMON),
        ("234567890123", Unfit.TOO_COMMON),
        ("lkjhgfdsa098", None),
    ],
)
def test_a_password_is_judged_by_length_and_commonness_only(password: str, why: Unfit | None) -> None:
    assert why_unfit("SA1234567", SecretStr(password)) is why


def test_an_account_without_a_master_id_has_no_rule_of_its_own() -> None:
    assert why_unfit("", SecretStr("tr0ub4dor&3!")) is None


@pytest.mark.parametrize(
    ("address", "subject"),
    [
        ("192.0.2.7", "address 192.0.2.7"),
        ("::ffff:192.0.2.7", "address 192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "address 2001:db8:1:2::"),
        ("", "address unknown"),
        ("no address", "address unknown"),
    ],
)
def test_one_callers_addresses_are_one_subject(address: str, subject: str) -> None:
    assert address_subject(address) == subject


def test_hashes_are_made_by_what_the_library_recommends_and_fit_their_password_only() -> None:
    hashing = Hashing()
    hashed = hashing.hash(SecretStr("tr0ub4dor&3!"))
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not hashing.is_outdated(hashed)
    assert hashing.fits(hashed, SecretStr("tr0ub4dor&3!"))
    assert not hashing.fits(hashed, SecretStr("tr0ub4dor&3?"))
    assert not hashing.fits(None, SecretStr("tr0ub4dor&3!"))
    assert not hashing.fits("no hash", SecretStr("tr0ub4dor&3!"))


def test_who_gets_no_turn_is_told_so() -> None:
    hashing = Hashing(patience=0)
    for _ in range(2):
        hashing._take_turn()  # noqa: SLF001 - two who take very long
    with pytest.raises(Busy):
        hashing.fits(None, SecretStr("tr0ub4dor&3!"))
    with pytest.raises(Busy):
        hashing.hash(SecretStr("tr0ub4dor&3!"))
