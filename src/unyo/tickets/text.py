"""Text as it enters: the page's quoting rule, what may not be stored, and the form that is searched."""

import re
import unicodedata

YEN = "\N{YEN SIGN}"

# A run of yen signs before a quote vanishes whole, which is what repeating the replacement until none is
# left comes to. The look-behind keeps a long run without a quote linear.
_QUOTED = re.compile(rf"(?<!{YEN}){YEN}++(['\"])|{YEN}n")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def unquote(text: str) -> str:
    """Undo the page's quoting (section 1): yen + quote is the quote, yen + ``n`` a line feed.

    The result holds no such sequence any more, so what is stored can be sent back unchanged.
    """
    if YEN not in text:
        return text
    return _QUOTED.sub(lambda found: found[1] or "\n", text)


def is_storable(text: str) -> bool:
    """Whether the text holds neither U+0000 nor a lone surrogate (section 1)."""
    return _UNSTORABLE.search(text) is None


def byte_length(text: str) -> int:
    """UTF-8 bytes; a lone surrogate counts three (section 1)."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def searchable(text: str) -> str:
    """The form in which words are compared: NFKC, case folded, NFKC again since folding can undo it."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
