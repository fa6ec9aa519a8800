"""A person's settings: language, theme and time zone, each kept as soon as it is chosen."""

from dataclasses import replace

from starlette.responses import Response

from unyo.portal.people.settings_page import Theme, settings_page, zones
from unyo.portal.visit import Visit
from unyo.portal.web.own_path import own_path
from unyo.portal.words.language import Language
from unyo.services.people import Chosen


async def show(visit: Visit) -> Response:
    """Show them."""
    return await settings_page(visit)


async def choose_language(visit: Visit) -> Response:
    """Keep a language; anything else leaves it to the browser."""
    asked = str((await visit.form()).get("language", ""))
    await _keep(visit, replace(visit.chosen, language=asked if asked in set(Language) else ""))
    return visit.go("/settings?changed=language")


async def choose_theme(visit: Visit) -> Response:
    """Keep a theme; anything else leaves it to the system. It may be chosen from any page."""
    form = await visit.form()
    asked = str(form.get("theme", ""))
    await _keep(visit, replace(visit.chosen, theme=asked if asked in set(Theme) else ""))
    return visit.go(own_path(form.get("back")) if "back" in form else "/settings?changed=theme")


async def choose_time_zone(visit: Visit) -> Response:
    """Keep a time zone."""
    asked = str((await visit.form()).get("time_zone", "")).strip()
    if all(asked != name for name, _ in zones(visit.language)):
        return await settings_page(visit, 422, time_zone=asked, is_zone_unknown=True)
    await _keep(visit, replace(visit.chosen, time_zone=asked))
    return visit.go("/settings?changed=time-zone")


async def _keep(visit: Visit, chosen: Chosen) -> None:
    await visit.ask(lambda: visit.backing.choices.choose(visit.person.master_id, chosen))
