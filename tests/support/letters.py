"""Texts of an exact length, in characters or in bytes, of letters that take one to four bytes of UTF-8."""

from typing import Final

LETTERS: Final = {
    "one byte": "a",
    "two bytes": "é",
    "three bytes": "漢",
    "four bytes, outside the BMP": "😀",
}


def characters(letter: str, count: int) -> str:
    """``count`` characters."""
    return letter * count


def utf8_bytes(letter: str, count: int) -> str:
    """Text of exactly ``count`` bytes; letters of one byte fill it up in front."""
    width = len(letter.encode())
    return "a" * (count % width) + letter * (count // width)
