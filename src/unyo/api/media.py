"""Content types: JSON in UTF-8 and nothing else (contract, section 1)."""

from functools import lru_cache

from unyo.uom.envelopes import Failure

from .http import HttpCall, Rejected


def check_media_type(call: HttpCall) -> None:
    """Check what the body says it is; a call without a body need not say anything.

    Raises:
        Rejected: another content type, none with a body, another charset, or a compressed body.
    """
    given = call.header("content-type")
    encodings = call.header("content-encoding")
    if not given and call.has_body:
        raise Rejected(Failure.UNSUPPORTED_MEDIA_TYPE)
    if not all(_is_json(value) for value in given) or any(e.strip().lower() != "identity" for e in encodings):
        raise Rejected(Failure.UNSUPPORTED_MEDIA_TYPE)


@lru_cache(256)
def _is_json(content_type: str) -> bool:
    """``application/json``; parameters other than the charset mean nothing to it."""
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [
        value.strip().strip('"')
        for name, _, value in (parameter.partition("=") for parameter in parameters)
        if name.strip() == "charset"
    ]
    return media_type == "application/json" and all(charset == "utf-8" for charset in charsets)
