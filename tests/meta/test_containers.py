"""The container files keep the rules that can be kept without an engine: no root, nothing written, nothing unpinned."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.commands import unyo_here
from support.containerfile import every, only, stages
from support.processes import ended
from support.tree import ROOT
from unyo.api.serving import GRACE_SECONDS
from unyo.config.loading import load

FOLDER = ROOT / "contrib" / "container"
ARGUMENTS, BUILD, FINAL = stages((FOLDER / "Containerfile").read_text(encoding="utf-8"))
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ["migrate", "unyo"]
# What a layer must not do: bring a compiler or anything without a hash, or leave rights open.
UNWANTED = re.compile(r"\b(apt-get|apk|curl|wget|gcc|build-essential|sudo|chmod 777|git)\b")


def test_the_base_is_one_image_of_a_named_version_that_a_builder_can_pin() -> None:
    assert re.fullmatch(r"BASE=python:3\.\d+-slim-\w+", only(ARGUMENTS, "ARG").text)
    assert [only(stage, "FROM").text for stage in (BUILD, FINAL)] == ["${BASE} AS build", "${BASE}"]


def test_what_is_installed_is_hashed_wheels_and_the_releases_own() -> None:
    (line,) = [each.text for each in every(BUILD, "RUN")]
    hashed, own = re.findall(r"pip install (.+?) &&", line)
    assert {"--require-hashes", "--only-binary :all:", "-r requirements-server.txt"} <= set(
        re.findall(r"--?[a-z-]+(?: [^-\s]\S*)?", hashed)
    )
    assert {"--no-index", "--no-deps"} <= set(own.split())
    assert [each.text for each in every(BUILD, "COPY")] == ["requirements-server.txt unyo-*.whl ./"]


def test_the_final_image_takes_the_installation_only_and_nothing_from_elsewhere() -> None:
    assert only(FINAL, "COPY").text == "--from=build /opt/unyo /opt/unyo"
    assert not [each for stage in (BUILD, FINAL) for each in stage if each.name == "ADD" or UNWANTED.search(each.text)]
    assert "pip install" not in " ".join(each.text for each in FINAL)


def test_it_runs_as_nobody_that_matters_and_after_everything_else_is_in_its_place() -> None:
    names = [each.name for each in FINAL]
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", only(FINAL, "USER").text)
    assert names.index("USER") > max(place for place, name in enumerate(names) if name in {"COPY", "RUN"})


@pytest.mark.parametrize("name", ["ENTRYPOINT", "CMD", "HEALTHCHECK"])
def test_no_shell_stands_between_the_engine_and_the_program(name: str) -> None:
    assert only(FINAL, name).exec_form


def test_its_data_is_in_a_volume_in_which_it_starts() -> None:
    assert only(FINAL, "WORKDIR").text == only(FINAL, "VOLUME").text == "/var/lib/unyo"


def test_its_labels_say_what_it_is() -> None:
    labels = re.findall(r"org\.opencontainers\.image\.(\w+)=\"[^\"]+\"", only(FINAL, "LABEL").text)
    assert labels == ["title", "description", "licenses"]


def test_the_compose_file_is_as_the_specification_says() -> None:
    checker = Path(sys.executable).with_name("check-jsonschema")
    checked = ended(checker, "--builtin-schema", "vendor.compose-spec", FOLDER / "compose.yaml")
    assert checked.status == 0, checked.out + checked.err


def test_the_specification_would_notice_a_misspelt_key(tmp_path: Path) -> None:
    wrong = tmp_path / "compose.yaml"
    wrong.write_text((FOLDER / "compose.yaml").read_text(encoding="utf-8").replace("read_only:", "readonly:"))
    checker = Path(sys.executable).with_name("check-jsonschema")
    assert ended(checker, "--builtin-schema", "vendor.compose-spec", wrong).status == 1


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_locked_in(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "devices", "network_mode", "pid", "ipc"} & set(service)


def test_no_secret_stands_in_the_file_or_in_an_environment() -> None:
    assert {secret["file"] for secret in COMPOSE["secrets"].values()} == {
        "secrets/database_password",
        "secrets/database_url",
    }
    for service in SERVICES.values():
        for name, value in service["environment"].items():
            assert ("PASSWORD" not in name and "DATABASE" not in name) or value.startswith("/run/secrets/")


def test_the_only_open_port_is_on_the_hosts_loopback() -> None:
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "unyo": ["127.0.0.1:8080:8080"]
    }
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert SERVICES["database"]["networks"] == ["inside"]


def test_the_server_starts_after_the_tables_and_these_after_the_database() -> None:
    healthy = {"database": {"condition": "service_healthy"}}
    assert SERVICES["migrate"]["depends_on"] == healthy
    assert SERVICES["unyo"]["depends_on"] == {**healthy, "migrate": {"condition": "service_completed_successfully"}}
    assert all("test" in SERVICES[name]["healthcheck"] for name in ("database", "unyo"))


def test_a_stopping_container_has_more_time_than_unyo_takes() -> None:
    assert int(SERVICES["unyo"]["stop_grace_period"].removesuffix("s")) >= GRACE_SECONDS + 15


@pytest.mark.parametrize("name", OURS)
def test_its_commands_and_settings_are_some_that_there_are(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (command,) = SERVICES[name]["command"]
    assert unyo_here(command, "--help", folder=tmp_path).status == 0
    secret = tmp_path / "database_url"
    secret.write_text("postgresql://unyo:secret@database/unyo\n")
    image = dict(re.findall(r"(UNYO_\w+)=(\S+)", only(FINAL, "ENV").text))
    for variable, value in (image | SERVICES[name]["environment"]).items():
        monkeypatch.setenv(variable, value.replace("/run/secrets", str(tmp_path)))
    monkeypatch.chdir(tmp_path)
    loaded = load({}, None)
    assert loaded.settings.database == "postgresql://unyo:secret@database/unyo"
    assert (loaded.settings.host, loaded.settings.behind_tls_proxy) == ("0.0.0.0", True)  # noqa: S104 - within its container
