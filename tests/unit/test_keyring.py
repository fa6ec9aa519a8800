"""The key that encrypts the secrets: its file, what it opens, what is derived from it."""

from pathlib import Path

import pytest

from unyo.storage.keyring import Keyring, WrongKey, make_key, read_key, read_or_make_key

KEY = make_key()


def test_a_key_file_is_made_once_and_read_from_then_on(tmp_path: Path) -> None:
    path = tmp_path / "unyo.key"
    made = read_or_make_key(path)
    assert path.read_text() == f"{made}\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_or_make_key(path) == read_key(path) == made
    assert read_or_make_key(tmp_path / "other.key") != made


def test_a_key_that_somebody_wrote_is_kept_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "unyo.key"
    path.write_text(f"  {KEY}\r\n\n")
    assert read_or_make_key(path) == KEY
    assert path.read_bytes() == f"  {KEY}\r\n\n".encode()


def test_what_is_derived_is_of_one_length_and_of_that_key_and_purpose_only() -> None:
    derived = [Keyring(key).derive(purpose) for key in (KEY, make_key()) for purpose in ("cursor", "session", "")]
    assert {len(each) for each in derived} == {32}
    assert len({*derived}) == len(derived)
    assert not [each for each in derived if each in KEY.encode()]


@pytest.mark.parametrize("place", [0, 8, 12, 30, -40, -2])
def test_a_sealed_secret_that_was_altered_does_not_open(place: int) -> None:
    sealed = bytearray(Keyring(KEY).seal("秘密"))
    sealed[place] ^= 1
    with pytest.raises(WrongKey):
        Keyring(KEY).unseal(bytes(sealed))


def test_the_check_of_another_key_does_not_open() -> None:
    assert Keyring(KEY).unseal(Keyring(KEY).check()) == "unyo"
    with pytest.raises(WrongKey):
        Keyring(make_key()).unseal(Keyring(KEY).check())
