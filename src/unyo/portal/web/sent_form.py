"""What a form of ours sent, as browsers write it."""

from typing import Final
from urllib.parse import parse_qsl

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

_MOST_FIELDS: Final = 1000
# Reading more than this takes long enough for others to notice, so it is done beside the event loop.
_SMALL: Final = 64 * 1024
_WRONG: Final = 400


async def sent_form(request: Request, limiter: CapacityLimiter) -> FormData:
    """Its fields, which are read once a call.

    Raises:
        HTTPException: it has more fields than any form of ours.
    """
    if not hasattr(request.state, "form"):
        body = await request.body()
        request.state.form = _read(body) if len(body) <= _SMALL else await run_sync(_read, body, limiter=limiter)
    found: FormData = request.state.form
    return found


def _read(body: bytes) -> FormData:
    try:
        # What is no ASCII is escaped; whatever else a program sends is taken as it comes.
        fields = parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise HTTPException(_WRONG) from None
    return FormData([*fields])
