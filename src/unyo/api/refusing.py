"""The answer to what never became a call: the application does not see it, and it looks as if it had."""

import logging
from collections.abc import Iterable

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from unyo import __version__
from unyo.services.watcher import Watcher, request_id
from unyo.uom import codec
from unyo.uom.envelopes import CONTENT_TYPE, Failure, failure, make_request_id

log = logging.getLogger(__name__)


def refused_head(why: Failure, default_headers: Iterable[tuple[bytes, bytes]], watcher: Watcher) -> bytes:
    """A whole answer, after which the connection closes; it is logged under its RequestId."""
    made = make_request_id()
    token = request_id.set(made)
    log.info("no call: %d %s", why.value.status, why.value.error_type)
    request_id.reset(token)
    watcher.refused_unread(why.value.error_type)
    body = codec.encode(failure(made, why.value))
    own = {
        "x-request-id": made,
        "x-unyo-version": __version__,
        "connection": "close",
        "content-type": CONTENT_TYPE,
        "content-length": str(len(body)),
    }
    headers = [*default_headers, *((name.encode(), value.encode()) for name, value in own.items())]
    lines = [b"%s: %s\r\n" % header for header in headers]
    return b"".join([STATUS_LINE[why.value.status], *lines, b"\r\n", body])
