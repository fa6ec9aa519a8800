"""The systemd units: systemd takes them, they are locked in, and unyo has the time and the room that it needs."""

import re
import sys
from pathlib import Path

import pytest

from support.commands import unyo_here
from support.processes import Finished, ended
from support.tools import needs
from support.tree import ROOT
from unyo.api.serving import GRACE_SECONDS

FOLDER = ROOT / "contrib" / "systemd"
UNITS = sorted(path.name for path in FOLDER.iterdir())
SERVICES = [name for name in UNITS if name.endswith(".service")]
INSTALLED = "/opt/unyo/bin/unyo"
# systemd counts to 100; up to 20 it says OK. What is left is the network, which a server is for.
MOST_EXPOSED = 15
SANDBOX = re.compile(
    r"^(?:(?:Protect|Private|Restrict|SystemCall|Capability|Ambient|Memory|Lock|Remove|NoNew|Proc|UMask)\w*)=.*$",
    re.MULTILINE,
)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as they would stand where unyo is installed: systemd looks for the program."""
    for name in UNITS:
        text = (FOLDER / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(INSTALLED, str(Path(sys.executable).with_name("unyo"))))
    return tmp_path


def _analyze(*arguments: str, folder: Path) -> Finished:
    needs("systemd-analyze")
    return ended("systemd-analyze", *arguments, folder=folder)


def _value(name: str, setting: str) -> str:
    (value,) = re.findall(rf"^{setting}=(.*)$", (FOLDER / name).read_text(encoding="utf-8"), re.MULTILINE)
    return str(value)


def test_the_units_are_these() -> None:
    assert UNITS == ["unyo-backup.service", "unyo-backup.timer", "unyo.service"]


@pytest.mark.parametrize("name", UNITS)
def test_systemd_has_nothing_to_say_against_a_unit(units: Path, name: str) -> None:
    checked = _analyze("verify", "--man=no", f"./{name}", folder=units)
    assert (checked.status, checked.err) == (0, "")


def test_systemd_would_say_something_against_a_misspelt_setting(units: Path) -> None:
    unit = units / "unyo.service"
    unit.write_text(unit.read_text().replace("NoNewPrivileges", "NoNewPriviledges"))
    assert "NoNewPriviledges" in _analyze("verify", "--man=no", "./unyo.service", folder=units).err


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_exposed_as_little_as_a_server_can_be(units: Path, name: str) -> None:
    options = ("--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager")
    checked = _analyze("security", *options, f"./{name}", folder=units)
    assert checked.status == 0, checked.out
    unit = units / name
    unit.write_text(SANDBOX.sub("", unit.read_text()))
    assert _analyze("security", *options, f"./{name}", folder=units).status != 0


def test_the_backup_is_locked_in_as_the_server_is() -> None:
    first, second = (SANDBOX.findall((FOLDER / name).read_text(encoding="utf-8")) for name in SERVICES)
    assert sorted(first) == sorted(second)
    assert len(first) > 20


def test_a_stopping_server_has_more_time_than_it_takes() -> None:
    assert int(_value("unyo.service", "TimeoutStopSec")) >= GRACE_SECONDS + 15


def test_there_is_room_for_ten_thousand_connections() -> None:
    assert int(_value("unyo.service", "LimitNOFILE")) > 2 * 10_000


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_calls_a_command_that_there_is_with_a_flag_that_it_has(tmp_path: Path, name: str) -> None:
    command, flag = re.findall(rf"{INSTALLED} (\w+) (--[a-z-]+) ", _value(name, "ExecStart"))[0]
    assert flag in unyo_here(command, "--help", folder=tmp_path).out
