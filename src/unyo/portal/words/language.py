"""The portal's two languages: catalogues, dates and counts in the reader's form."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

from .english import meaning

HOME: Final = "Asia/Tokyo"
# In `Words`, "date" is something else.
_Day = date
_JUST_NOW: Final = timedelta(seconds=10)


class Language(StrEnum):
    """The languages by their tags, the first one first."""

    JAPANESE = "ja"
    ENGLISH = "en"


_DATES: Final = {Language.JAPANESE: "yyyy/MM/dd HH:mm", Language.ENGLISH: "d MMM yyyy, HH:mm"}
_DAYS: Final = {Language.JAPANESE: "yyyy/MM/dd", Language.ENGLISH: "d MMM yyyy"}
_ACCEPTED: Final = re.compile(r"\s*([a-z]+)(?:-[a-z0-9-]+)?\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?")


def marked(message: str) -> str:
    """A message for the catalogues, which `make messages` finds where this is called ``_``; translate it when shown."""
    return message


@cache
def translations(language: Language) -> Translations:
    """The catalogue of a language, from its files, one a part of the portal; English needs none."""
    compiled = Translations()
    folder = files("unyo.portal").joinpath("locale", language)
    for each in sorted(folder.iterdir() if folder.is_dir() else (), key=lambda found: found.name):
        packed = BytesIO()
        write_mo(packed, read_po(BytesIO(each.read_bytes()), locale=str(language)))
        packed.seek(0)
        part = Translations(packed)
        compiled.merge(part)
        compiled.plural = part.plural  # which merging does not take over
    return compiled


def preferred(accepted: str) -> Language:
    """The language that a browser likes best; Japanese where it likes none of ours."""
    liked: dict[str, float] = {}
    for part in accepted.lower().split(","):
        if found := _ACCEPTED.fullmatch(part):
            liked[found[1]] = max(liked.get(found[1], 0.0), float(found[2] or 1))
    best = max(Language, key=lambda language: liked.get(language, 0.0))
    return best if liked.get(best) else Language.JAPANESE


@dataclass(frozen=True, slots=True)
class Words:
    """One reader's language and time zone."""

    language: Language
    zone: ZoneInfo

    @property
    def locale(self) -> Locale:
        """Babel's locale."""
        return Locale(str(self.language))

    @property
    def gettext(self) -> Callable[[str], str]:
        """What a message of the portal is in this language."""
        return translations(self.language).ugettext

    def meaning(self, japanese: str) -> str:
        """A text of the tables, or a value that is fixed by them, in this language; others stay as they are."""
        return japanese if self.language is Language.JAPANESE else meaning(japanese)

    def date(self, moment: datetime | None) -> str:
        """A moment; ``""`` for none."""
        if moment is None:
            return ""
        here = self._here(moment)
        return format_datetime(here, _DATES[self.language], tzinfo=here.tzinfo, locale=self.locale)

    def moment(self, moment: datetime) -> str:
        """A moment to the second: dates that differ read differently."""
        return self.local(moment).replace("T", " ")

    def day(self, day: _Day) -> str:
        """A day."""
        return format_date(day, _DAYS[self.language], locale=self.locale)

    def ago(self, moment: datetime, now: datetime) -> str:
        """How long ago, or how soon, a moment is; lock dates may run a little ahead of the clock."""
        if -_JUST_NOW < now - moment < _JUST_NOW:
            return self.gettext("just now")
        return self.span(moment - now, add_direction=True)

    def span(self, length: timedelta, *, add_direction: bool = False) -> str:
        """How long something takes; ``add_direction`` says whether it was or will be."""
        spelt = format_timedelta(length, add_direction=add_direction, locale=self.locale)
        # CLDR's Japanese has a blank behind the number, as no other count of ours.
        return spelt.replace(" ", "") if self.language is Language.JAPANESE else spelt

    def number(self, count: int) -> str:
        """A count."""
        return format_decimal(count, locale=self.locale)

    def local(self, moment: datetime | None) -> str:
        """A moment as an input of a date and time has it; ``""`` for none."""
        return "" if moment is None else self._here(moment).strftime("%Y-%m-%dT%H:%M:%S")

    def _here(self, moment: datetime) -> datetime:
        """A moment in the reader's zone; one at the end of time may have a date at home only."""
        try:
            return moment.astimezone(self.zone)
        except OverflowError:
            return moment.astimezone(ZoneInfo(HOME))
