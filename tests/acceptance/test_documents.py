"""What pages tell their readers to do works: every block is run, or says why not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.balancer import free_port
from support.demonstration import YAMADA, demonstration
from support.documents import (
    FILE,
    KEPT,
    NOT_RUN,
    OUTPUT,
    PAGES,
    RUN,
    SHOWN,
    STATUS,
    Block,
    blocks_of,
    dead_links,
    is_as_shown,
    named,
)
from support.installations import install
from support.reader import Reader
from support.tools import needs
from support.tree import ROOT

BLOCKS = {page: blocks_of(page.read_text(encoding="utf-8")) for page in PAGES}
OPERATIONS = ROOT / "docs" / "operations.md"
TO_BE_RUN = [page for page in PAGES if page != OPERATIONS and any(block.is_run for block in BLOCKS[page])]
# What a page takes for granted, and where its readers' own desk and programs listen.
DESK, HOOK = "http://127.0.0.1:8080", "9095"
CREDENTIALS = {
    "UNYO_ENDPOINT": DESK,
    "UNYO_ACCESS_KEY": YAMADA.access_key,
    "UNYO_SECRET_KEY": YAMADA.secret_key,
    "UNYO_SERVICE_CODE": YAMADA.service_code,
    "UNYO_MASTER_ID": YAMADA.master_id,
}
# What they use beside unyo.
PROGRAMS = ("curl", "go", "jq", "node", "openssl", "ruby")


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """Somebody with a demo desk of their own, and Yamada's key in the environment."""
    desk, scratch = tmp_path / "desk", tmp_path / "scratch"
    desk.mkdir()
    scratch.mkdir()
    with (
        demonstration("--serve-only", folder=desk) as (_, url),
        Reader(scratch, CREDENTIALS | {"UNYO_ENDPOINT": url}, {DESK: url, HOOK: str(free_port())}) as opened,
    ):
        yield opened


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Reader]:
    """Somebody who has made an installation as the page says."""
    install(f"sqlite:///{tmp_path}/unyo.db", tmp_path)
    with Reader(tmp_path, {}, {}) as opened:
        yield opened


def test_what_operations_tells_its_readers_to_do_works(operator: Reader) -> None:
    carry_out(BLOCKS[OPERATIONS], operator)


@pytest.mark.parametrize("page", TO_BE_RUN, ids=named)
def test_what_a_page_tells_its_readers_to_do_works(page: Path, reader: Reader) -> None:
    needs(*(each for each in PROGRAMS if any(each in (block.language, *block.text.split()) for block in BLOCKS[page])))
    carry_out(BLOCKS[page], reader)


def carry_out(blocks: list[Block], reader: Reader) -> None:
    """Do what a page says, and compare what comes of it."""
    for block in blocks:
        if FILE in block.marks:
            reader.write(block)
        if block.is_run:
            said = reader.run(block)
            assert block.output is None or is_as_shown(block.output, said), f"line {block.line} said:\n{said}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_block_is_of_a_language_that_is_run_or_only_read(page: Path) -> None:
    assert {block.language for block in BLOCKS[page]} <= RUN | KEPT | SHOWN


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_program_that_no_page_runs_by_itself_is_kept_for_a_later_block(page: Path) -> None:
    programs = [block for block in BLOCKS[page] if block.language in KEPT]
    assert [block for block in programs if not block.marks.keys() & {FILE, NOT_RUN}] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_file_of_a_page_is_used_by_a_later_block(page: Path) -> None:
    for number, block in enumerate(BLOCKS[page]):
        later = [each.text for each in BLOCKS[page][number + 1 :] if each.is_run or FILE in each.marks]
        assert FILE not in block.marks or any(used_as(block.marks[FILE]) in text for text in later), block


def used_as(file: str) -> str:
    """What a block says that uses a file: its name, or that of a module, or for Go nothing but the command."""
    name = Path(file)
    return {".py": name.stem, ".go": "go test", ".mod": "go test"}.get(name.suffix, file)


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent != ROOT], ids=named)
def test_every_output_belongs_to_the_block_before_it(page: Path) -> None:
    shown = [block.text for block in BLOCKS[page] if block.language == OUTPUT]
    assert shown == [block.output for block in BLOCKS[page] if block.output is not None]


def test_the_pages_that_teach_run_something() -> None:
    assert set(TO_BE_RUN) >= {page for page in PAGES if page.is_relative_to(ROOT / "docs" / "howto")}
    assert {ROOT / "README.md", ROOT / "README.ja.md", ROOT / "docs" / "tutorial.md"} <= set(TO_BE_RUN)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert dead_links(page) == []


def test_a_link_that_leads_nowhere_is_noticed(tmp_path: Path) -> None:
    dead = ["](gone.md)", "](#gone)", "](page.md#gone)", "](gone.md#there-is)"]
    page = tmp_path / "page.md"
    page.write_text(
        f"# There `is`\n[a](#there-is) [b](page.md) [c](https://example.com) [d{' [d'.join(dead)}\n", "utf-8"
    )
    assert dead_links(page) == dead


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = [page.relative_to(ROOT / "docs") for page in PAGES if page.is_relative_to(ROOT / "docs")]
    assert [str(page) for page in pages if page.name != "README.md" and f"]({page})" not in index] == []


def page_of(*lines: str) -> list[Block]:
    """The blocks of a page of these lines."""
    return blocks_of("\n".join(lines) + "\n")


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Reader]:
    """Somebody without a desk."""
    with Reader(tmp_path, {}, {"there": "here"}) as opened:
        yield opened


@pytest.mark.parametrize(
    "lines",
    [
        ("```sh", "false", "```"),
        ("```sh", "false | true", "```"),
        ("<!-- status: 3 -->", "```sh", "true", "```"),
        ("```sh", "echo one", "```", "```text", "two", "```"),
        ("```python", "print(1)", "```", "", "```text", "2", "```"),
        ("```python", "1 / 0", "```"),
    ],
)
def test_a_block_that_does_not_do_what_the_page_says_is_noticed(alone: Reader, lines: tuple[str, ...]) -> None:
    with pytest.raises((AssertionError, ZeroDivisionError)):
        carry_out(page_of(*lines), alone)


def test_blocks_go_on_from_those_before(alone: Reader, tmp_path: Path) -> None:
    page = (
        *("<!-- file: kept.txt -->", "```text", "I am there", "```"),
        *(
            "```sh",
            "export WHO=unyo",
            "sleep 60 > /dev/null 2>&1 &",
            "cat kept.txt",
            "```",
            "```text",
            "I am there",
            "```",
        ),
        *("```python", "import os", "who = os.environ['WHO']", "```", "```python", "print(who)", "```"),
        *("```text", "unyo", "```", "<!-- status: 3 -->", "```sh", "[ $WHO = unyo ] && exit 3", "```"),
        *("<!-- not run: a reason -->", "```sh", "false", "```"),
    )
    carry_out(page_of(*page), alone)
    assert (tmp_path / "kept.txt").read_text() == "I am here\n"


@pytest.mark.parametrize(
    "mark", ["<!-- not run -->", "<!-- not run: -->", "<!-- not-run: why -->", "<!-- norun: x -->"]
)
def test_a_mark_without_its_reason_is_refused(mark: str) -> None:
    with pytest.raises(ValueError, match="not a mark"):
        page_of(mark, "```sh", "false", "```")


@pytest.mark.parametrize("fence", ["  ```sh", "````sh", "> ```sh", "~~~sh", "```sh\n```\n```sh"])
def test_a_fence_that_would_be_overlooked_is_refused(fence: str) -> None:
    with pytest.raises(ValueError, match="a fence"):
        page_of(fence, "false")


@pytest.mark.parametrize(
    ("shown", "said", "same"),
    [
        ("UTM1 at 2026-04-01 10:00", "UTM1 at 2031-12-24 23:59", True),
        ("UTM1", "UTM2", False),
        ("3da2f60e-86478cdc-7090e8eb-96b1913e-2dcecb98", "00000000-11111111-22222222-33333333-44444444", True),
        ("first\n…\nlast", "first\n2\n3\nlast", True),
        ("first\n…\nlast", "first\n2\n3", False),
        ("a … c", "a b c", True),
        ("one", "one\ntwo", False),
    ],
)
def test_outputs_are_compared_but_for_what_is_another_each_time(shown: str, said: str, same: bool) -> None:  # noqa: FBT001 - a table's column
    assert is_as_shown(shown, said) is same


def test_marks_are_known() -> None:
    (block,) = page_of("<!-- not run: needs root -->", "<!-- status: 1 -->", "```sh", "true", "```")
    assert block.marks == {NOT_RUN: "needs root", STATUS: "1"}


def test_programs_see_a_terminal_and_pages_show_its_letters_only(alone: Reader) -> None:
    said = r"[ -t 1 ] && tput cols && printf '\033[1mbold\033[0m\n'"
    carry_out(page_of("```sh", said, "```", "```text", "100", "bold", "```"), alone)
