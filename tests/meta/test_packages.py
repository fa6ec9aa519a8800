"""`pip install unyo` alone brings a command line that works as far as it can; the domain and the wire need nothing."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from support.calling import calling
from support.demonstration import NOW, YAMADA, demonstration
from support.processes import environment
from unyo import __version__

SERVERS_PACKAGES = (
    "alembic",
    "anyio",
    "cryptography",
    "httptools",
    "jinja2",
    "prometheus_client",
    "psycopg",
    "psycopg_binary",
    "pydantic_settings",
    "sqlalchemy",
    "starlette",
    "structlog",
    "uvicorn",
    "uvloop",
)
# Refuses to find packages, as if they were not installed.
REFUSE = """
import sys
from importlib.abc import MetaPathFinder

class Refuses(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if not is_there(name.partition(".")[0]):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None
"""
WITHOUT_THE_SERVERS = f"""
{REFUSE}
def is_there(package):
    return package not in {SERVERS_PACKAGES}
sys.meta_path.insert(0, Refuses())
"""
STANDARD_LIBRARY_ONLY = f"""
{REFUSE}
def is_there(package):
    return package == "unyo" or package in sys.stdlib_module_names
sys.meta_path.insert(0, Refuses())
"""
COMMAND_LINE = "from unyo.cli import main; sys.argv[0] = 'unyo'; sys.exit(main())"
IMPORT_ALL = """
from importlib import import_module
from pkgutil import walk_packages
for room in sys.argv[1:]:
    package = import_module(room)
    print(room, *(import_module(found.name).__name__ for found in walk_packages(package.__path__, room + ".")))
"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a demonstration serves."""
    with demonstration("--serve-only", "--now", NOW, folder=tmp_path_factory.mktemp("demo")) as (_, found):
        yield found


def _python(
    program: str, *arguments: str, folder: Path, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=folder,
        env=environment(variables),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def _unyo(
    *arguments: str, folder: Path, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return _python(WITHOUT_THE_SERVERS + COMMAND_LINE, *arguments, folder=folder, variables=variables)


def test_help_and_version_need_no_server(tmp_path: Path) -> None:
    shown = _unyo("--help", folder=tmp_path)
    assert (shown.returncode, shown.stderr) == (0, "")
    for command in ("serve", "migrate", "init", "demo"):
        assert command in shown.stdout
    assert "All commands but those for tickets need the server's packages: pip install 'unyo[server]'" in shown.stdout
    told = _unyo("--version", folder=tmp_path)
    assert (told.returncode, told.stdout, told.stderr) == (0, f"unyo {__version__}\n", "")


@pytest.mark.parametrize(
    "arguments",
    [("serve",), ("migrate",), ("init", "--service-code", "uom1", "--master-id", "SA1"), ("demo", "--once")],
    ids=lambda arguments: arguments[0],
)
def test_a_command_that_needs_the_server_says_what_to_install(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    refused = _unyo(*arguments, folder=tmp_path)
    assert (refused.returncode, refused.stdout) == (1, "")
    (line,) = refused.stderr.splitlines()
    assert line.startswith("unyo: this command needs the server's packages (")
    assert line.endswith(" is missing): pip install 'unyo[server]'")
    assert not list(tmp_path.iterdir())


def test_the_help_of_each_command_needs_no_server(tmp_path: Path) -> None:
    for command in ("serve", "migrate", "init", "demo"):
        assert _unyo(command, "--help", folder=tmp_path).returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("ticket", "list"),
        ("ticket", "show", "UTM123456", "--output", "yaml"),
        ("ticket", "history", "UTM123456"),
        ("ticket", "options", "--field", "priority"),
        ("profile", "check"),
        ("profile", "show"),
        ("login",),
    ],
    ids=" ".join,
)
def test_what_calls_a_server_needs_no_package_of_a_server(url: str, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = _unyo(*arguments, folder=tmp_path, variables=calling(url, YAMADA, tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_the_domain_and_the_wire_import_with_the_standard_library_alone(tmp_path: Path) -> None:
    imported = _python(STANDARD_LIBRARY_ONLY + IMPORT_ALL, "unyo.tickets", "unyo.uom", folder=tmp_path)
    assert imported.returncode == 0, imported.stderr
    assert {"unyo.tickets.decide", "unyo.uom.signature", "unyo.uom.openapi"} <= set(imported.stdout.split())


def test_the_client_imports_without_the_servers_packages(tmp_path: Path) -> None:
    imported = _python(WITHOUT_THE_SERVERS + IMPORT_ALL, "unyo.client", folder=tmp_path)
    assert imported.returncode == 0, imported.stderr
    assert {"unyo.client.aio", "unyo.client.profiles"} <= set(imported.stdout.split())


def test_the_check_of_the_standard_library_notices_a_package(tmp_path: Path) -> None:
    imported = _python(STANDARD_LIBRARY_ONLY + IMPORT_ALL, "unyo.api", folder=tmp_path)
    assert imported.returncode == 1
    assert "ModuleNotFoundError: No module named" in imported.stderr
