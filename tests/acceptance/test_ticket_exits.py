"""How a command that calls a server ends: a status by the kind of failure, and one sentence that says what to do."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.answering import answering, error
from support.calling import calling, nobody
from support.commands import unyo_here
from support.demonstration import SATO, YAMADA
from support.processes import SCRIPT, Client, Finished, Running, ended, running
from support.terminals import on_a_terminal
from unyo.cli.ticket.ending.exits import MEANINGS, Exit
from unyo.cli.ticket.ending.sentences import explained
from unyo.client.errors import BY_TYPE, Clash, ExclusionFailure, NotOffered, OtherRefusal, UnyoError, WrongCredentials
from unyo.client.profiles import write_profile
from unyo.tickets.errors import Reason
from unyo.uom.envelopes import ERRORS, Failure

ANSWERS_AS_UNYO = {"X-Unyo-Version": "0.1.0"}
FIRST = "UTM123456"


@pytest.fixture
def run(demo: tuple[Running, Client], tmp_path: Path) -> Callable[..., Finished]:
    """Runs a command as 山田 太郎, with some variables of another value."""

    def _run(*arguments: str, **changed: str) -> Finished:
        variables = calling(demo[1].url, YAMADA, tmp_path) | changed
        return unyo_here(*arguments, folder=tmp_path, variables=variables)

    return _run


def _sentence(done: Finished, status: Exit) -> str:
    """The one sentence of a failure; nothing else is said."""
    (line,) = done.err.splitlines()
    assert (done.status, done.out, line[:6]) == (status, "", "unyo: "), done
    return line[6:]


READING = [["list"], ["show", FIRST], ["history", FIRST], ["options"]]
COMMANDS = [pytest.param(each, id=each[0]) for each in READING]


@pytest.mark.parametrize("command", COMMANDS)
def test_what_succeeds_ends_with_0(run: Callable[..., Finished], command: list[str]) -> None:
    done = run("ticket", *command)
    assert (done.status, done.err) == (Exit.OK, "")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_server_that_is_not_there_ends_with_9(run: Callable[..., Finished], command: list[str]) -> None:
    said = _sentence(run("ticket", *command, UNYO_ENDPOINT="http://127.0.0.1:1"), Exit.NETWORK)
    assert said.startswith("http://127.0.0.1:1 cannot be reached (")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_secret_ends_with_6_and_is_not_repeated(run: Callable[..., Finished], command: list[str]) -> None:
    done = run("ticket", *command, UNYO_SECRET_KEY="himitsu")
    assert done.status == Exit.AUTH
    assert "the access key or its secret is wrong" in done.err
    assert "himitsu" not in done.err


@pytest.mark.parametrize("command", COMMANDS)
def test_another_accounts_name_ends_with_7(run: Callable[..., Finished], command: list[str]) -> None:
    done = run("ticket", *command, UNYO_MASTER_ID=SATO.master_id)
    assert done.status == Exit.NO_RIGHT
    assert "the service code or the master ID is not the access key's own" in done.err


@pytest.mark.parametrize("command", COMMANDS)
def test_a_missing_value_ends_with_2_and_is_named(run: Callable[..., Finished], command: list[str]) -> None:
    said = _sentence(run("ticket", *command, UNYO_MASTER_ID=""), Exit.USAGE)
    assert "not given: master_id (UNYO_MASTER_ID)" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_an_endpoint_that_is_no_url_ends_with_2(run: Callable[..., Finished], command: list[str]) -> None:
    assert "must be a URL" in _sentence(run("ticket", *command, "--endpoint", "desk"), Exit.USAGE)


@pytest.mark.parametrize("command", ["show", "history"])
def test_a_ticket_that_is_not_there_ends_with_4(run: Callable[..., Finished], command: str) -> None:
    assert "there is no such ticket" in _sentence(run("ticket", command, "UTM1"), Exit.NOT_FOUND)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (
            ["--state", "対応"],
            r"--state \(StateCode\): not a value that is taken here; --state is one of 未対応, .*新規",
        ),
        (["--supported-group", "x"], r"--supported-group \(SupportedGroup\): .* is one of お客様, SEサポート"),
        (["--keyword", "x" * 300], r"--keyword \(Keyword\): too long"),
    ],
)
def test_a_field_that_is_refused_ends_with_3_and_its_flag_is_named(
    run: Callable[..., Finished], flags: list[str], said: str
) -> None:
    sentence = _sentence(run("ticket", "list", *flags), Exit.REFUSED)
    assert re.match(said, sentence)
    assert re.search(r": \S+。 \(request [0-9a-f-]{44}\)$", sentence)


def test_too_many_calls_end_with_8(run: Callable[..., Finished]) -> None:
    with answering(error("TOO_MANY_REQUESTS", "混雑"), 429, ANSWERS_AS_UNYO | {"Retry-After": "0"}) as server:
        said = _sentence(run("ticket", "show", FIRST, UNYO_ENDPOINT=server.url), Exit.RATE_LIMIT)
    assert said == "UTM123456: too many calls; call again in 0 s: 混雑 (request r-1)"


def test_whoever_waits_on_a_terminal_is_told(tmp_path: Path) -> None:
    with answering(error("TOO_MANY_REQUESTS", "混雑"), 429, ANSWERS_AS_UNYO | {"Retry-After": "20"}) as server:
        variables = calling(server.url, YAMADA, tmp_path)
        with on_a_terminal("ticket", "show", FIRST, folder=tmp_path, variables=variables) as terminal:
            terminal.wait_for("The server is busy or out of reach; trying again in 2")
            terminal.interrupt()
            assert terminal.end() == Exit.INTERRUPTED


def test_a_failure_of_the_server_ends_with_1(run: Callable[..., Finished]) -> None:
    with answering(error("SYSTEM_ERROR", "障害"), headers=ANSWERS_AS_UNYO) as server:
        said = _sentence(run("ticket", "list", UNYO_ENDPOINT=server.url), Exit.FAILED)
    assert said.startswith("the server failed")


def test_what_the_vendor_does_not_offer_ends_with_1(run: Callable[..., Finished]) -> None:
    with answering(error("NO_TICKET_ID")) as server:
        said = _sentence(run("ticket", "list", UNYO_ENDPOINT=server.url), Exit.FAILED)
        assert server.called == ["GetTicketDetail"]
    assert said == "GetTicketList is an extension of unyo, and this server is not unyo"


def test_something_else_that_answers_ends_with_9(run: Callable[..., Finished]) -> None:
    with answering(b"<html>Bad Gateway</html>", 502) as server:
        said = _sentence(run("ticket", "show", FIRST, UNYO_ENDPOINT=server.url), Exit.NETWORK)
    assert said.endswith("the API: HTTP 502")


def test_a_path_that_is_not_the_apis_ends_with_9(run: Callable[..., Finished], demo: tuple[Running, Client]) -> None:
    done = run("ticket", "show", FIRST, UNYO_ENDPOINT=f"{demo[1].url}/elsewhere")
    assert "is the endpoint right?" in _sentence(done, Exit.NETWORK)


def test_ctrl_c_ends_with_130(tmp_path: Path) -> None:
    with (
        answering({}, silent=True) as server,
        running("ticket", "list", folder=tmp_path, variables=calling(server.url, YAMADA, tmp_path)) as process,
    ):
        assert server.was_called.wait(30)
        done = process.end()
    assert (done.status, done.out, done.err) == (Exit.INTERRUPTED, "", "")


def test_a_pipe_whose_reader_has_enough_is_left_without_a_word(demo: tuple[Running, Client], tmp_path: Path) -> None:
    variables = calling(demo[1].url, YAMADA, tmp_path)
    done = ended("sh", "-c", f"{SCRIPT} ticket list -o jsonl | head -n 1", folder=tmp_path, variables=variables)
    assert (done.status, done.err) == (0, "")
    assert len(done.out.splitlines()) == 1


def test_a_secret_that_is_missing_is_asked_for_on_a_terminal(demo: tuple[Running, Client], tmp_path: Path) -> None:
    variables = calling(demo[1].url, YAMADA, tmp_path)
    secret = variables.pop("UNYO_SECRET_KEY")
    with on_a_terminal("ticket", "show", FIRST, "--fields", "state", folder=tmp_path, variables=variables) as terminal:
        terminal.wait_for("Secret key: ")
        terminal.type(f"{secret}\n")
        assert terminal.end() == Exit.OK
        assert "対応中" in terminal.text
        assert secret not in terminal.text


def test_ctrl_c_at_a_question_ends_with_130(demo: tuple[Running, Client], tmp_path: Path) -> None:
    variables = calling(demo[1].url, YAMADA, tmp_path)
    del variables["UNYO_SECRET_KEY"]
    with on_a_terminal("ticket", "list", folder=tmp_path, variables=variables) as terminal:
        terminal.wait_for("Secret key: ")
        terminal.interrupt()
        assert terminal.end() == Exit.INTERRUPTED


def test_a_flag_goes_before_the_environment_and_that_before_a_profile(
    run: Callable[..., Finished], tmp_path: Path
) -> None:
    file = tmp_path / "config" / "unyo" / "profiles.toml"
    with ExitStack() as opened:
        flag, variable, usual, night = (opened.enter_context(answering(error("NO_TICKET_ID"))) for _ in range(4))
        write_profile(file, "default", {"endpoint": usual.url})
        write_profile(file, "night", {"endpoint": night.url})
        for called, flags, variables in (
            (flag, ["--endpoint", flag.url], {"UNYO_ENDPOINT": variable.url}),
            (variable, [], {"UNYO_ENDPOINT": variable.url}),
            (variable, ["--profile", "night"], {"UNYO_ENDPOINT": variable.url}),
            (usual, [], {"UNYO_ENDPOINT": ""}),
            (night, [], {"UNYO_ENDPOINT": "", "UNYO_PROFILE": "night"}),
            (night, ["--profile", "night"], {"UNYO_ENDPOINT": ""}),
            (usual, ["--profile", "default"], {"UNYO_ENDPOINT": "", "UNYO_PROFILE": "night"}),
        ):
            run("ticket", "show", FIRST, *flags, **variables)
            assert [len(each.called) for each in (flag, variable, usual, night) if each is not called] == [0, 0, 0]
            assert called.called == ["GetTicketDetail"]
            called.called.clear()


def test_a_profile_that_is_not_there_ends_with_2(run: Callable[..., Finished]) -> None:
    said = _sentence(run("ticket", "list", "--profile", "nihgt"), Exit.USAGE)
    assert said.startswith("there is no profile nihgt in ")


def test_a_profiles_file_that_is_none_ends_with_2(run: Callable[..., Finished], tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text("[default\n")
    said = _sentence(run("ticket", "list", UNYO_PROFILES_FILE=str(tmp_path / "p.toml")), Exit.USAGE)
    assert "is no TOML" in said


def test_nothing_at_all_names_everything(tmp_path: Path) -> None:
    said = _sentence(unyo_here("ticket", "list", folder=tmp_path, variables=nobody(tmp_path)), Exit.USAGE)
    for name in ("endpoint", "access_key", "secret_key", "service_code", "master_id"):
        assert f"{name} (UNYO_{name.upper()})" in said
    assert "`unyo login`" in said


def test_every_status_has_its_meaning() -> None:
    assert set(MEANINGS) == set(Exit)


@pytest.mark.parametrize("reason", Reason)
def test_every_refusal_of_the_contract_has_a_status_and_a_sentence_of_its_own(reason: Reason) -> None:
    code = ERRORS[reason]
    status, sentence = explained(BY_TYPE[code.error_type](code.message, ("Priority",), request_id="r-1"))
    assert status not in {Exit.OK, Exit.FAILED, Exit.USAGE}
    assert not sentence.startswith("refused")
    assert sentence.endswith(f": {code.message} (request r-1)")


@pytest.mark.parametrize("failure", Failure)
def test_every_other_error_has_a_sentence(failure: Failure) -> None:
    code = failure.value
    status, sentence = explained(BY_TYPE[code.error_type](code.message, request_id="r-1", status=code.status))
    assert status is not Exit.OK
    assert code.message in sentence


def test_a_conflict_says_who_changed_what() -> None:
    failure = ExclusionFailure("他", request_id="r-1")
    failure.changes = (Clash("priority", "中", "高", "低", by="SA1"), Clash("memos.2", None, "x"))
    status, sentence = explained(failure)
    assert status is Exit.CONFLICT
    assert "(priority: 中 → 高 by SA1, yours is 低; memos.2: empty → x)" in sentence


@pytest.mark.parametrize(
    ("raised", "status"),
    [
        (WrongCredentials("no"), Exit.USAGE),
        (NotOffered("no"), Exit.FAILED),
        (UnyoError("no"), Exit.FAILED),
        (OtherRefusal("新しい", error_type="NEW_TYPE"), Exit.FAILED),
    ],
)
def test_what_is_no_answer_of_the_contract_has_a_status_too(raised: UnyoError, status: Exit) -> None:
    assert explained(raised)[0] is status


@pytest.mark.parametrize(
    ("wire", "named"),
    [
        ("Priority", "--priority (Priority)"),
        ("CauseClassification", "--cause-class (CauseClassification)"),
        ("CorrespondProcessList.2", "the memos (CorrespondProcessList.2)"),
        ("TicketId", "the ticket ID (TicketId)"),
        ("ServiceCode", "--service-code (ServiceCode)"),
        ("Keyword", "--keyword (Keyword)"),
        ("DateFrom", "--from (DateFrom)"),
        ("Unheard", "Unheard"),
    ],
)
def test_a_field_of_the_wire_is_told_by_its_flag(wire: str, named: str) -> None:
    code = ERRORS[Reason.MISSING]
    assert explained(BY_TYPE[code.error_type](code.message, (wire,)))[1].startswith(f"{named}: must be given")
