"""Some seventy tickets of an ordinary quarter, of both kinds, in all states."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from unyo.cast import NETWORKS, SATO, SERVERS, TAKAHASHI, TANAKA, YAMADA, Actor
from unyo.storage.moving.loading import Loader
from unyo.tickets.dates import format_date

from .incidents import INCIDENTS
from .requests import REQUESTS
from .scenarios import Scenario
from .stories import StoryTeller

DAYS: Final = 90
_INCIDENT_ENDS: Final = (
    "クローズ",
    "クローズ",
    "クローズ",
    "復旧済み",
    "対応中",
    "クローズ承認待ち",
    "差し戻し",
    "未対応",
)
_REQUEST_ENDS: Final = ("クローズ", "クローズ", "クローズ", "対応中", "クローズ承認待ち", "差し戻し", "新規")
# So long passes between two steps of a ticket.
_STEP: Final = timedelta(minutes=47)


def add_quarter(loader: Loader, now: datetime) -> None:
    """Fill the demonstration's service with the tickets of the ninety days before ``now``."""
    teller = StoryTeller(loader)
    for at, kind, scenario, end in sorted(_quarter(now), key=lambda each: each[0]):
        _tell(teller, at, kind, scenario, end)


_Told = tuple[datetime, str, Scenario, str]


def _quarter(now: datetime) -> Iterator[_Told]:
    """Each scenario with the moment of its registration and the state it has come to; the oldest are closed."""
    for kind, scenarios, ends in (("1", INCIDENTS, _INCIDENT_ENDS), ("2", REQUESTS, _REQUEST_ENDS)):
        for place, scenario in enumerate(scenarios):
            age = timedelta(days=DAYS) * (len(scenarios) - place - 0.5) / len(scenarios)
            # Incidents come at any hour, requests when people work.
            hour = timedelta(hours=(place * 7) % 24) if kind == "1" else timedelta(hours=place % 8)
            at = now - timedelta(days=age.days) - timedelta(days=1) + hour + timedelta(minutes=place * 13 % 60)
            yield at, kind, scenario, _end(place, len(scenarios), ends)


def _end(place: int, count: int, ends: Sequence[str]) -> str:
    """The older half is closed; of the newer one, the states take turns, so that every state is there."""
    return ends[0] if place < count // 2 else ends[place % len(ends)]


def _tell(teller: StoryTeller, at: datetime, kind: str, scenario: Scenario, end: str) -> None:
    """One ticket from its registration to where it stands."""
    path = _path(kind, end)
    worker = _worker(scenario)
    first = "未対応" if kind == "1" else "新規"
    number = teller.register(
        worker,
        at,
        {
            "TicketProcessType": kind,
            "Title": scenario.title,
            "StateCode": first,
            "SubStateCode": "未対応",
            "Priority": scenario.priority,
            "SupportedGroup": "お客様",
            "AssignUserId": worker.master_id,
            "CorrespondLimitDate": format_date(at + timedelta(days=3)),
            **scenario.values,
            **_dated(kind, at),
        },
    )
    for step, state in enumerate(path, 1):
        when = at + _STEP * step
        notes = scenario.notes[step - 1 : step] if step < len(path) else scenario.notes[step - 1 :]
        actor = YAMADA if state in {"クローズ", "差し戻し"} else worker
        teller.update(actor, number, when, _step(state, scenario, when), notes)


def _dated(kind: str, at: datetime) -> dict[str, str]:
    if kind == "1":
        return {"CauseClassification": "調査中", "ObstacleDetectionTime": format_date(at - timedelta(minutes=3))}
    return {"RequestDate": format_date(at - timedelta(minutes=15))}


def _path(kind: str, end: str) -> tuple[str, ...]:
    """The states that lead there."""
    paths = {
        "未対応": (),
        "新規": (),
        "対応中": ("対応中",),
        "復旧済み": ("対応中", "復旧済み"),
        "クローズ承認待ち": ("対応中", "クローズ承認待ち"),
        "差し戻し": ("対応中", "クローズ承認待ち", "差し戻し"),
        "クローズ": ("対応中", "復旧済み", "クローズ") if kind == "1" else ("対応中", "クローズ承認待ち", "クローズ"),
    }
    return paths[end]


def _step(state: str, scenario: Scenario, when: datetime) -> dict[str, str]:
    """What changes when the ticket comes to a state."""
    changes = {"StateCode": state}
    if state == "対応中":
        changes |= {"SubStateCode": "対応中", "CorrespondStartDate": format_date(when)}
    if state == "復旧済み":
        changes |= {"FaultRecoveryDate": format_date(when - timedelta(minutes=5))}
    if state in {"復旧済み", "クローズ承認待ち", "クローズ"}:
        changes |= {**scenario.outcome, "CorrespondFinishDate": format_date(when)}
    if state in {"クローズ承認待ち", "クローズ"}:
        changes |= {"FinishApprovalUserId": YAMADA.master_id}
    if state == "クローズ":
        changes |= {"SubStateCode": "クローズ"}
    if state == "差し戻し":
        changes |= {"SubStateCode": "保留", "FinishApprovalUserId": ""}
    return changes


def _worker(scenario: Scenario) -> Actor:
    by_group = {SERVERS: TAKAHASHI, NETWORKS: TANAKA}
    return by_group.get(scenario.values["ManagementGroupId"], SATO)
