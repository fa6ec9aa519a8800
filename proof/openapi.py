"""The server keeps to its own /openapi.json, whatever schemathesis makes of it."""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from requests import PreparedRequest
from requests.auth import AuthBase
from schemathesis import BaseSchema, HookContext, openapi
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.engine.run import PhaseName

from support.desks import INCIDENT, Answer, DeskUnderTest, OverHttp, desk_on, who
from unyo.cast import YAMADA
from unyo.uom.actions import ACTIONS
from unyo.uom.signature import SignedCall, signed_headers

from .fuzz import SECONDS
from .places import filled_on
from .telling import Disproved, Figures, Plan, Proof

CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "unsupported_method",
    "allow_header_conformance",
)
LEFT_OUT: Final[Mapping[str, str]] = {
    "negative_data_rejection": "the contract refuses with HTTP 200, which it takes for acceptance",
    "positive_data_acceptance": "the rules refuse calls that fit the schema, with HTTP 200: it could find nothing",
    "missing_required_header": "a call without its signature is refused with HTTP 200, where it wants a 4xx",
    "ignored_auth": "a call without its signature is refused with HTTP 200, where it wants a 401",
    "object_level_authorization": "it tells what may not be seen by a 4xx; here that is HTTP 200 and NO_TICKET_ID",
    "use_after_free": "no action deletes a ticket",
    "ensure_resource_availability": "what was made has no path of its own that could be asked for",
}
_SIGNED: Final = {
    "authorization",
    "x-iijapi-expire",
    "x-iijapi-signaturemethod",
    "x-iijapi-signatureversion",
}
# Without these, nearly every call would end at who calls.
_THERE: Final = {**who(YAMADA), "TicketId": INCIDENT}


class _Signing(AuthBase):
    """Signs each request as it is sent."""

    def __init__(self, desk: DeskUnderTest) -> None:
        self._desk = desk

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Give it the headers of a signature, in place of any that were made up."""
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _SIGNED}
        sent = [
            (name, value.decode("latin-1") if isinstance(value, bytes) else value) for name, value in headers.items()
        ]
        signed = signed_headers(
            SignedCall(str(request.method), request.path_url.partition("?")[0], sent),
            YAMADA.key.access_key,
            YAMADA.key.secret_key,
            self._desk.clock.now + timedelta(hours=1),
        )
        request.headers.clear()
        request.headers.update({**headers, **signed})
        return request


def schema_fuzz(plan: Plan, *, within: float = SECONDS) -> Figures:
    """Have so many calls of each action generated as there are rounds, beside those that cover the schema.

    ``within`` is how many seconds each may take.
    """
    calls: Counter[str] = Counter()
    answers: Counter[str] = Counter()
    advanced = fuzzed = 0
    with filled_on(plan.database) as url, desk_on(url, "over HTTP") as desk:
        # Before all else schemathesis asks how headers may be written, by one that is none; that need not be told.
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
        for event in from_schema(_schema(desk, plan, within)).execute():
            _demand_no_error(plan, event)
            if not isinstance(event, events.ScenarioFinished):
                continue
            calls[event.phase.value] += len(event.recorder.interactions)
            answers.update(_answers(event.recorder))
            fuzzed += event.phase is PhaseName.FUZZING
            while advanced < plan.rounds * fuzzed // len(ACTIONS):
                plan.advance()
                advanced += 1
    return {
        "calls": calls.total(),
        **{f"for {phase}": count for phase, count in calls.items()},
        "accepted": answers[""],
        "refused": answers.total() - answers[""],
        "types of error": len(answers) - 1,
    }


def _schema(desk: DeskUnderTest, plan: Plan, within: float) -> BaseSchema:
    """What the server says of itself, and how calls are made from it."""
    assert isinstance(desk.transport, OverHttp)
    settings = {
        "seed": plan.seed,
        # Nothing is remembered from one run to the next.
        "cache": {"enabled": False},
        "generation": {"max-examples": plan.rounds, "no-shrink": True, "database": "none"},
        "checks": {
            "enabled": False,
            **{name: {"enabled": True} for name in CHECKS},
            "max_response_time": within * plan.slack,
        },
    }
    config = SchemathesisConfig.from_dict(settings)
    schema = openapi.from_url(f"http://127.0.0.1:{desk.transport.port}/openapi.json", config=config)
    schema.auth.set_from_requests(_Signing(desk))

    @schema.hook
    def map_body(_context: HookContext, body: Any) -> Any:
        if not isinstance(body, dict):
            return body
        return {name: _THERE.get(name, value) if isinstance(value, str) else value for name, value in body.items()}

    return schema


def _demand_no_error(plan: Plan, event: events.EngineEvent) -> None:
    """No check has failed, and every call was answered."""
    if isinstance(event, events.FatalError):
        raise event.exception
    if isinstance(event, events.NonFatalError):
        raise Disproved(f"seed {plan.seed}: {event.label}: {event.value!r}")
    if isinstance(event, events.ScenarioFinished):
        for check in (check for checks in event.recorder.checks.values() for check in checks):
            if check.failure_info:
                failure, sent = check.failure_info.failure, check.failure_info.code_sample
                raise Disproved(f"seed {plan.seed}: {check.name}: {failure.title}: {failure.message}\n{sent}")


def _answers(recorder: ScenarioRecorder) -> Iterator[str]:
    """The types of the errors; ``""`` of each success."""
    for interaction in recorder.interactions.values():
        if interaction.response is not None:
            yield Answer(interaction.response.status_code, {}, interaction.response.content).error_type


PROOFS: Final = (
    Proof(
        "openapi",
        "Whatever schemathesis makes of /openapi.json, the server answers as it says there, never with a 5xx, "
        f"within {SECONDS:.0f} s",
        {"sqlite": 300, "postgresql": 300},
        schema_fuzz,
    ),
)
