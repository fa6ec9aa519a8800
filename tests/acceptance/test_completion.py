"""What a shell offers: commands and flags, fixed choices, and the service's own values, which are kept."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from support.answering import answering, error
from support.calling import calling, nobody
from support.demonstration import YAMADA
from support.processes import SCRIPT, Client, Finished, Running, ended, unyo
from support.tools import needs
from unyo.client.profiles import write_profile

SHELLS = ("bash", "zsh", "fish")
Offered = Callable[..., list[str]]


@pytest.fixture
def variables(demo: tuple[Running, Client], tmp_path: Path) -> dict[str, str]:
    return calling(demo[1].url, YAMADA, tmp_path)


@pytest.fixture
def offered(variables: dict[str, str], tmp_path: Path) -> Offered:
    """What bash is offered for the last word."""

    def _offered(*words: str, changed: dict[str, str] | None = None) -> list[str]:
        done = _complete("bash", ["unyo", *words], tmp_path, variables | (changed or {}))
        assert (done.status, done.err) == (0, "")
        return done.out.split()

    return _offered


def _complete(shell: str, words: list[str], folder: Path, variables: Mapping[str, str]) -> Finished:
    """What the shell's script asks for the last word."""
    line = " ".join(words)
    asked = {
        "_UNYO_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    return unyo(folder=folder, variables={**variables, **asked})


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_its_script(shell: str, tmp_path: Path) -> None:
    done = unyo(folder=tmp_path, variables={"_UNYO_COMPLETE": f"source_{shell}"})
    assert (done.status, done.err) == (0, "")
    assert "_UNYO_COMPLETE" in done.out
    assert f"complete_{shell}" in done.out
    assert "unyo" in done.out


def test_bash_takes_its_script_and_completes_by_it(variables: dict[str, str], tmp_path: Path) -> None:
    needs("bash")
    (tmp_path / "script").write_text(unyo(folder=tmp_path, variables={"_UNYO_COMPLETE": "source_bash"}).out)
    program = (
        f'PATH="{Path(SCRIPT).parent}:$PATH"; source ./script; COMP_WORDS=(unyo ticket list --state ク); COMP_CWORD=4; '
        '_unyo_completion unyo; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = ended("bash", "--norc", "-c", program, folder=tmp_path, variables=variables)
    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines() == ["クローズ承認待ち", "クローズ"]


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_is_offered_the_values_of_a_list(shell: str, variables: dict[str, str], tmp_path: Path) -> None:
    done = _complete(shell, ["unyo", "ticket", "list", "--priority", ""], tmp_path, variables)
    assert (done.status, done.err) == (0, "")
    assert all(value in done.out for value in ("高", "中", "低"))


def test_commands_and_flags_are_offered(offered: Offered) -> None:
    assert offered("ticket", "hi") == ["history"]
    assert "--priority" in offered("ticket", "list", "--p")


def test_fixed_choices_need_no_server(offered: Offered) -> None:
    nowhere = {"UNYO_ENDPOINT": ""}
    assert offered("ticket", "list", "--state", "対", changed=nowhere) == ["対応中"]
    assert offered("ticket", "list", "--sort", "li", changed=nowhere) == ["limit_date"]
    assert offered("ticket", "list", "-o", "js", changed=nowhere) == ["json", "jsonl"]
    assert offered("ticket", "options", "--field", "pri", changed=nowhere) == ["priority"]


def test_values_are_those_of_the_kind_of_ticket(offered: Offered) -> None:
    assert "HW障害" in offered("ticket", "list", "--category", "")
    assert "HW障害" not in offered("ticket", "list", "--kind", "request", "--category", "")
    assert offered("ticket", "list", "--category", "HW") == ["HW障害"]


def test_values_are_kept_and_read_anew_by_unyo_ticket_options(
    offered: Offered, variables: dict[str, str], tmp_path: Path
) -> None:
    assert offered("ticket", "list", "--priority", "") == ["高", "中", "低"]
    (kept,) = (tmp_path / "cache" / "unyo").iterdir()
    found = json.loads(kept.read_text())
    changed = [
        [kind, field, "最高" if value == "高" else value, parent] for kind, field, value, parent in found["options"]
    ]
    kept.write_text(json.dumps({**found, "options": changed}))
    assert offered("ticket", "list", "--priority", "") == ["最高", "中", "低"]
    assert unyo("ticket", "options", folder=tmp_path, variables=variables).status == 0
    assert offered("ticket", "list", "--priority", "") == ["高", "中", "低"]


def test_old_values_are_read_anew(offered: Offered, tmp_path: Path) -> None:
    offered("ticket", "list", "--priority", "")
    (kept,) = (tmp_path / "cache" / "unyo").iterdir()
    kept.write_text(json.dumps({"until": time.time() - 1, "options": []}))
    assert offered("ticket", "list", "--priority", "") == ["高", "中", "低"]


@pytest.mark.parametrize("content", ["", "[]", '{"until": "never"}', '{"until": 9e9, "options": [["1"]]}'])
def test_what_is_kept_and_spoilt_is_read_anew(offered: Offered, tmp_path: Path, content: str) -> None:
    offered("ticket", "list", "--priority", "")
    (kept,) = (tmp_path / "cache" / "unyo").iterdir()
    kept.write_text(content)
    assert offered("ticket", "list", "--priority", "") == ["高", "中", "低"]


def test_a_server_that_does_not_answer_is_not_asked_again_at_once(offered: Offered) -> None:
    with answering({}, silent=True) as server:
        before = time.monotonic()
        assert offered("ticket", "list", "--priority", "", changed={"UNYO_ENDPOINT": server.url}) == []
        assert time.monotonic() - before < 25  # a command waits for half a minute
        assert len(server.called) == 1
        assert offered("ticket", "list", "--priority", "", changed={"UNYO_ENDPOINT": server.url}) == []
        assert len(server.called) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"UNYO_ENDPOINT": "http://127.0.0.1:1"},
        {"UNYO_ENDPOINT": "no URL"},
        {"UNYO_ENDPOINT": ""},
        {"UNYO_SECRET_KEY": "wrong"},
        {"UNYO_PROFILE": "none"},
    ],
    ids=str,
)
def test_whatever_fails_offers_nothing_and_says_nothing(offered: Offered, changed: dict[str, str]) -> None:
    assert offered("ticket", "list", "--priority", "", changed=changed) == []


def test_a_server_without_lists_offers_nothing(offered: Offered) -> None:
    with answering(error("NO_TICKET_ID")) as server:
        assert offered("ticket", "list", "--priority", "", changed={"UNYO_ENDPOINT": server.url}) == []


def test_a_cache_that_cannot_be_written_hinders_nothing(offered: Offered, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    changed = {"XDG_CACHE_HOME": str(tmp_path / "file")}
    assert offered("ticket", "list", "--priority", "", changed=changed) == ["高", "中", "低"]


def test_the_profile_of_the_line_is_the_one_that_is_asked(demo: tuple[Running, Client], tmp_path: Path) -> None:
    names = {"endpoint": demo[1].url, **{name: getattr(YAMADA, name) for name in YAMADA.__annotations__}}
    write_profile(tmp_path / "config" / "unyo" / "profiles.toml", "night", names)
    line = ["unyo", "ticket", "list", "--profile", "night", "--priority", ""]
    assert _complete("bash", line, tmp_path, nobody(tmp_path)).out.split() == ["高", "中", "低"]
    assert _complete("bash", ["unyo", "ticket", "list", "--profile", ""], tmp_path, nobody(tmp_path)).out == "night\n"
