"""The page of a person's settings: what they have chosen, and where they are signed in."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final
from zoneinfo import available_timezones

from babel.dates import get_timezone_location
from starlette.responses import Response

from unyo.portal.visit import Visit
from unyo.portal.web.user_agents import Device, device_of
from unyo.portal.words.language import HOME, Language
from unyo.services.passwords import LEAST_CHARACTERS
from unyo.services.people import Session


class Theme(StrEnum):
    """The themes that a person may choose; who chooses none has the system's."""

    LIGHT = "light"
    DARK = "dark"


# Other names of zones are not places: "EST5EDT", "Etc/GMT+9", "SystemV/…".
_PLACES: Final = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)


@dataclass(frozen=True, slots=True)
class ShownSession:
    """A session as its owner sees it."""

    session: Session
    device: Device
    is_this: bool


async def settings_page(visit: Visit, status: int = 200, **said: Any) -> Response:
    """The page, with what is to be said beside its forms."""
    master_id, own = visit.person.master_id, visit.person.number
    found = await visit.ask(lambda: visit.backing.signing_in.sessions(master_id))
    sessions = [ShownSession(each, device_of(each.user_agent), each.number == own) for each in found]
    usual: dict[str, Any] = {"time_zone": visit.chosen.time_zone or HOME, "unfit": None, "refused": None, "wait": ""}
    return visit.page(
        "settings.html",
        status,
        **{
            **usual,
            "changed": visit.request.query_params.get("changed", ""),
            "sessions": sorted(sessions, key=lambda each: not each.is_this),
            "zones": zones(visit.language),
            "least": LEAST_CHARACTERS,
            "is_zone_unknown": False,
            **said,
        },
    )


@cache
def zones(language: Language) -> tuple[tuple[str, str], ...]:
    """The time zones with the place that each is named after; home comes first."""
    known = sorted(name for name in available_timezones() if name.startswith(_PLACES))
    order = [HOME, *(name for name in known if name != HOME), "UTC"]
    return tuple((name, "" if name == "UTC" else _city(name, language)) for name in order)


def _city(zone: str, language: Language) -> str:
    return get_timezone_location(zone, locale=str(language), return_city=True)
