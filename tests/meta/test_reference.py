"""The pages of docs/reference are what the code gives, and leave nothing out."""

import re
from pathlib import Path

import pytest

from reference import awaiting, kinds
from reference.markdown import code, page, plain, table
from reference.pages import FOLDER, PAGES
from support.commands import unyo_here
from support.contract_tables import READING_TABLES, TICKET_TABLES
from support.judging import ERRORS
from unyo import Client, client
from unyo.cli import COMMANDS
from unyo.client.sync import Memos, Tickets
from unyo.config.table import TABLE, Row
from unyo.uom.actions import ACTIONS
from unyo.watching.measures import MEASURES, Measure


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_gives(name: str) -> None:
    assert _text(name) == PAGES[name](), "make reference"


def test_there_are_no_other_pages() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES)
    assert set(re.findall(r"\((\w+\.md)\)", _text("README.md"))) == set(PAGES) - {"README.md"}


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_leads_somewhere(name: str) -> None:
    for path, anchor in re.findall(r"\]\(([\w.]*)(?:#([\w-]+))?\)", _text(name)):
        headings = re.findall(r"^#+ (.+)$", _text(path or name), re.MULTILINE)
        assert not anchor or anchor in {heading.lower().replace(" ", "-") for heading in headings}


def test_every_parameter_of_the_contract_stands_with_its_action() -> None:
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", _text("actions.md"), re.MULTILINE | re.DOTALL))
    assert list(sections) == list(ACTIONS)
    tables = {**{action: rows for (action, _), rows in TICKET_TABLES.items()}, **READING_TABLES}
    for action, rows in tables.items():
        assert [row.name for row in rows if f"| `{row.name}` |" not in sections[action]] == []


def test_every_error_stands_with_its_status_and_message() -> None:
    shown = _text("errors.md")
    for status, error_type, message in ERRORS.values():
        assert re.search(rf"^\| {status} \| `{error_type}` \| {re.escape(message or '')}", shown, re.MULTILINE)


def test_every_command_and_each_of_its_flags_stand_with_it(tmp_path: Path) -> None:
    sections = dict(re.findall(r"^## unyo ([\w -]+)\n(.*?)(?=^## |\Z)", _text("commands.md"), re.MULTILINE | re.DOTALL))
    assert {name.split()[0] for name in sections} == set(COMMANDS)
    for name in COMMANDS:
        described = "".join(text for command, text in sections.items() if command.split()[0] == name)
        flags = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", unyo_here(name, "--help", folder=tmp_path).out)) - {
            "--help"
        }
        assert [flag for flag in flags if flag not in described and not flag.startswith("--no-")] == []


@pytest.mark.parametrize("module", [awaiting.PATH, kinds.PATH], ids=lambda path: path.name)
def test_a_generated_module_is_what_its_source_gives(module: Path) -> None:
    made = awaiting.awaiting() if module == awaiting.PATH else kinds.kinds()
    assert module.read_text(encoding="utf-8") == made, "make reference"


def test_every_name_and_field_of_the_client_stands_on_its_page() -> None:
    shown = _text("client.md")
    for name in client.__all__:
        assert re.search(rf"\b{name}\b", shown), name
    for kind in (client.Incident, client.Request):
        section = shown.partition(f"\n### {kind.__name__}\n")[2].partition("\n## ")[0]
        assert [key for key in kind.__annotations__ if f"| `{key}` |" not in section] == []
    for owner, name in ((Client, "client"), (Tickets, "client.tickets"), (Memos, "client.tickets.memo")):
        offered = [each for each in vars(owner) if not each.startswith("_") and each != "from_profile"]
        assert [each for each in offered if f"\n### {name}.{each}\n" not in shown] == []


@pytest.mark.parametrize("row", TABLE.values(), ids=lambda row: row.name)
def test_every_setting_stands_with_all_its_names(row: Row) -> None:
    shown = _text("settings.md")
    (line,) = re.findall(rf"^\| `{row.name}` \|.*$", shown, re.MULTILINE)
    for each in (row.flag, row.variable, row.takes, row.default, row.meaning):
        assert each in line


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_every_metric_stands_with_its_kind_its_labels_and_its_meaning(measure: Measure) -> None:
    (line,) = re.findall(rf"^\| `{measure.name}` \|.*$", _text("metrics.md"), re.MULTILINE)
    assert f"| {measure.kind} |" in line
    assert measure.meaning in line
    assert all(f"`{label}`" in line for label in measure.labels)


def test_a_table_holds_what_markdown_would_take_for_its_own() -> None:
    assert table(["a", "b"], [["x|y", "two\nlines"]]) == "| a | b |\n| --- | --- |\n| x\\|y | two lines |"
    assert table(["a", "b", "c"], [["x", "", "y"], ["z", "", ""]]).splitlines()[0] == "| a | c |"
    assert table(["a"], []) == ""
    assert (code("x"), code("")) == ("`x`", "")
    assert plain("a <b> & c") == "a &lt;b> &amp; c"
    assert page("T", "", "text").endswith("# T\n\ntext\n")
