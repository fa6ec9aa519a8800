"""The cookies: who is signed in, by a token that says nothing else."""

from datetime import timedelta
from typing import Final

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

_SECURE: Final = "__Host-unyo"
# Browsers refuse the prefix, and clients such as curl "Secure", where no TLS is spoken: on loopback.
_PLAIN: Final = "unyo"


def token_of(request: Request) -> SecretStr:
    """The session's token; ``""`` without one."""
    return SecretStr(request.cookies.get(_name(request), ""))


def keep(response: Response, request: Request, token: SecretStr, life: timedelta) -> None:
    """Let the browser keep a session's token."""
    response.set_cookie(
        _name(request),
        token.get_secret_value(),
        max_age=int(life.total_seconds()),
        path="/",
        secure=_is_https(request),
        httponly=True,
        samesite="lax",
    )


def forget(response: Response, request: Request) -> None:
    """Let the browser forget it."""
    response.delete_cookie(_name(request), path="/", secure=_is_https(request), httponly=True, samesite="lax")


def _name(request: Request) -> str:
    return _SECURE if _is_https(request) else _PLAIN


def _is_https(request: Request) -> bool:
    return bool(request.scope["scheme"] == "https")
