"""The pages about the API: its actions and its errors."""

from collections.abc import Iterable

from unyo.api.docs.lines import Group, Line, Values, answer_lines, groups_of, kinds_of
from unyo.api.docs.wording import Language, Wording
from unyo.tickets.errors import Reason
from unyo.uom.actions import ACTIONS, CALL_ID_HEADER, Action
from unyo.uom.english import in_english
from unyo.uom.envelopes import ERRORS, ErrorCode, Failure
from unyo.uom.possible_errors import NAMING, failures_of, reasons_of

from .markdown import code, page, plain, table

_WORDS = Wording(Language.ENGLISH)
_OK = 200
_INTRODUCTION = f"""\
Each action is a signed `POST` of one JSON object. How calls are signed, and the rules that no table can hold, stand on
the page `/docs` of every server; the errors stand in [errors.md](errors.md). A mark says how a parameter stands:
*required*, *required, may be empty*, *conditional* (a rule says when it is needed), *optional, not empty*, *optional*;
– is not taken. `RegisterTicket` and `UpdateTicket` take the header `{CALL_ID_HEADER}` (an extension): a UUID under
which a call that lost its answer can be sent again, and happens once."""


def actions() -> str:
    """Every action: what it takes, what it answers, what it refuses."""
    return page("Actions", _INTRODUCTION, _list(), *(_action(action) for action in ACTIONS.values()))


def _list() -> str:
    return table(
        ["action", "", "", ""],
        (
            [f"[`{a.name}`](#{a.name.lower()})", in_english(a.label), a.label, "extension" if a.is_extension else ""]
            for a in ACTIONS.values()
        ),
    )


def _action(action: Action) -> str:
    kinds = [_WORDS.ticket(kind) for kind in kinds_of(action)] or ["mark"]
    heads = ["parameter", "meaning", "意味", *kinds, "kind", "limit", "values", "section"]
    rows = [_row(line, group) for group in groups_of(action) for line in group.lines]
    extension = " It is an extension of unyo's; the vendor has no such action." if action.is_extension else ""
    return "\n\n".join(
        [
            f"## {action.name}",
            f"{in_english(action.label)} ({action.label}): `POST {action.path}`.{extension}",
            table(heads, rows),
            f"It answers `{action.name}Response` with:",
            _answer(action),
            f"Errors: {_refusals(action)}.",
        ]
    )


def _row(line: Line, group: Group) -> list[str]:
    marks = [_WORDS.mark(mark) if mark else "–" for mark in line.marks]
    return [
        code(line.path),
        plain(in_english(line.label)),
        plain(line.label),
        *marks,
        _WORDS.kind(line.kind),
        _WORDS.limit(line.kind),
        _values(line),
        str(group.section or ""),
    ]


def _values(line: Line) -> str:
    said = [_some(each) for each in line.values]
    if line.initial and said:
        said.append("(a new service's)")
    if line.parent:
        said.append(f"depends on `{line.parent}`")
    if line.bounds:
        said.append(f"{line.bounds[0]}–{line.bounds[1]}")
    if line.example and not line.values:
        said.append(f"e.g. {code(line.example)}")
    return " ".join(said)


def _some(values: Values) -> str:
    of = "".join(f"{_WORDS.ticket(kind)}: " for kind in values.kinds)
    return of + " ".join(code(value) for value in values.values)


def _answer(action: Action) -> str:
    rows = [["`RequestId`", "Request ID", "リクエストID", "", ""]]
    for line in answer_lines(action):
        only = " ".join(f"{_WORDS.ticket(kind)} only" for kind in line.kinds)
        label = line.member.label
        name = f"{line.path}[]" if line.member.members else line.path
        rows.append([code(name), plain(in_english(label)), plain(label), only, code(line.member.example)])
    return table(["member", "meaning", "意味", "", "example"], rows)


def _refusals(action: Action) -> str:
    codes = [ERRORS[reason] for reason in reasons_of(action)] + [each.value for each in failures_of(action)]
    return ", ".join(dict.fromkeys(code(each.error_type) for each in [*codes, Failure.SYSTEM_ERROR.value]))


def errors() -> str:
    """Every error, in the order of the checks."""
    inside = [(each, ERRORS[each]) for each in Reason if ERRORS[each].status == _OK]
    outside = [(each, ERRORS[each]) for each in Reason if ERRORS[each].status != _OK]
    return page(
        "Errors",
        "One answer carries one error, the first of the checks that fails. A refused call changes nothing. "
        "The messages are literals of the wire.",
        "## Of the actions",
        "With HTTP status 200, in the order in which they are judged.",
        _errors(
            [
                *(
                    (code, "the parameters at fault" if reason in NAMING else "", _of(reason))
                    for reason, code in inside
                ),
                (Failure.SYSTEM_ERROR.value, "", "all"),
            ]
        ),
        "## Outside of the contract",
        "The same shape, with an HTTP status of its own.",
        _errors(
            [
                *((each.value, "", _with(each)) for each in Failure if each.value.status != _OK),
                *((code, "", _of(reason)) for reason, code in outside),
            ]
        ),
    )


def _errors(listed: Iterable[tuple[ErrorCode, str, str]]) -> str:
    return table(
        ["HTTP", "ErrorType", "ErrorMessage", "meaning", "ErrorDetail", "actions"],
        (
            [str(each.status), code(each.error_type), each.message, in_english(each.message), detail, of]
            for each, detail, of in listed
        ),
    )


def _of(reason: Reason) -> str:
    return _names([action.name for action in ACTIONS.values() if reason in reasons_of(action)])


def _with(failure: Failure) -> str:
    return _names([action.name for action in ACTIONS.values() if failure in failures_of(action)])


def _names(names: list[str]) -> str:
    return "all" if len(names) == len(ACTIONS) else ", ".join(names)
