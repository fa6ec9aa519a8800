"""What a server tells about itself: alive, ready, its OpenAPI; and how it refuses beside the actions."""

import platform
import re

import pytest

from support.databases import Databases
from support.desks import Answer, DeskUnderTest, desk_on
from support.installations import execute
from unyo import __version__
from unyo.bootstrap.desk import Watching
from unyo.storage.migrations import newest

PAGES = ("/livez", "/readyz", "/version", "/openapi.json")
CHECKS = ("database", "migrations", "writer", "queue", "disk")
NOT_MIGRATED = "the database is not at this release's tables: run `unyo migrate` (`unyo init` for a new one)"
OTHER_METHODS = ("POST", "PUT", "PATCH", "DELETE", "OPTIONS")
NOT_THERE = (
    "/nowhere",
    "/livez/",
    "/openapi.json/",
    "/docs/",
    "/docs/style",
    "/metrics",
    "/version/",
    "/r",
    "/r/",
    "/r/20221221",
    "/r/20221221/UpdateTicket",
    "/r/20221221/UpdateTicket.xml",
    "/r/20221221/DeleteTicket.json",
    "/r/20221221/updateticket.json",
    "/r/20221222/UpdateTicket.json",
)
METHOD_NOT_ALLOWED = ("METHOD_NOT_ALLOWED", "このHTTPメソッドは使用できません。")
NOT_FOUND = ("NOT_FOUND", "指定されたパス、APIバージョンまたはアクションは存在しません。")


def _ask(desk: DeskUnderTest, method: str, path: str) -> Answer:
    return desk.transport.request(method, path, b"", [])


def _assert_carries_what_every_answer_carries(answer: Answer) -> None:
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["x-unyo-version"] == __version__
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{8}){4}", answer.headers["x-request-id"])


def _assert_is_not_ready(answer: Answer, reason: str, *failed: str) -> None:
    """The page says why, and tells which checks failed."""
    assert answer.status == 503
    told = answer.envelope
    assert (told["status"], told["reason"], set(told["checks"])) == ("not ready", reason, set(CHECKS))
    assert {name for name, found in told["checks"].items() if found != "ok"} == set(failed)
    assert told["checks"][failed[0]] == reason


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_about_the_server_need_no_signature(served_desk: DeskUnderTest, path: str) -> None:
    answer = _ask(served_desk, "GET", path)
    assert answer.status == 200
    _assert_carries_what_every_answer_carries(answer)


def test_a_server_that_works_is_alive_and_ready(served_desk: DeskUnderTest) -> None:
    assert _ask(served_desk, "GET", "/livez").envelope == {"status": "ok"}
    assert _ask(served_desk, "GET", "/readyz").envelope == {"status": "ok", "checks": dict.fromkeys(CHECKS, "ok")}


def test_a_server_tells_its_versions_and_nothing_else(served_desk: DeskUnderTest) -> None:
    assert _ask(served_desk, "GET", "/version").envelope == {
        "version": __version__,
        "api_version": "20221221",
        "schema_revision": newest(),
        "python": platform.python_version(),
    }


def test_pages_refuse_other_methods_and_name_the_right_ones(served_desk: DeskUnderTest) -> None:
    for path in PAGES:
        for method in OTHER_METHODS:
            answer = _ask(served_desk, method, path)
            assert (answer.status, answer.error) == (405, METHOD_NOT_ALLOWED)
            assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}
            assert answer.body["RequestId"] == answer.headers["x-request-id"]
            _assert_carries_what_every_answer_carries(answer)


def test_an_action_refuses_other_methods_and_names_post(served_desk: DeskUnderTest) -> None:
    for method in ("GET", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = _ask(served_desk, method, "/r/20221221/UpdateTicket.json")
        assert (answer.status, answer.error) == (405, METHOD_NOT_ALLOWED)
        assert answer.headers["allow"] == "POST"
        _assert_carries_what_every_answer_carries(answer)


def test_a_path_that_is_not_there_is_refused_in_the_same_shape(served_desk: DeskUnderTest) -> None:
    for path in NOT_THERE:
        for method in ("GET", "POST"):
            answer = _ask(served_desk, method, path)
            assert (answer.status, answer.error) == (404, NOT_FOUND), path
            assert answer.body["RequestId"] == answer.headers["x-request-id"]
            _assert_carries_what_every_answer_carries(answer)


def test_a_head_request_is_answered_without_a_body(served_desk: DeskUnderTest) -> None:
    answer = _ask(served_desk, "HEAD", "/livez")
    assert (answer.status, answer.content) == (200, b"")


def test_a_server_is_not_ready_while_its_database_lacks_this_releases_tables(desk: DeskUnderTest) -> None:
    execute(desk.url, "CREATE TABLE kept AS SELECT * FROM alembic_version")
    execute(desk.url, "DELETE FROM alembic_version")
    answer = _ask(desk, "GET", "/readyz")
    _assert_is_not_ready(answer, NOT_MIGRATED, "migrations")
    assert _ask(desk, "GET", "/livez").status == 200
    execute(desk.url, "INSERT INTO alembic_version SELECT * FROM kept")
    assert _ask(desk, "GET", "/readyz").status == 200


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_server_whose_disk_is_nearly_full_is_not_ready(filled_url: str) -> None:
    with desk_on(filled_url, watching=Watching(min_free_bytes=1 << 60)) as desk:
        reason = f"the disk of the database has less than {1 << 40} MiB free"
        _assert_is_not_ready(_ask(desk, "GET", "/readyz"), reason, "disk")


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_the_disk_of_postgresql_is_its_own_affair(filled_url: str) -> None:
    with desk_on(filled_url, watching=Watching(min_free_bytes=1 << 60)) as desk:
        assert _ask(desk, "GET", "/readyz").envelope["checks"]["disk"] == "ok"


def test_a_server_whose_writer_has_stopped_is_not_ready(desk: DeskUnderTest) -> None:
    desk.desk.writer.close()
    _assert_is_not_ready(_ask(desk, "GET", "/readyz"), "the writer has stopped", "writer")


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_a_server_whose_database_is_gone_is_alive_but_not_ready(databases: Databases) -> None:
    url = databases.filled()
    with desk_on(url) as desk:
        assert _ask(desk, "GET", "/readyz").status == 200
        databases.drop(url)
        answer = _ask(desk, "GET", "/readyz")
        _assert_is_not_ready(answer, "the database does not answer", "database", "migrations")
        assert _ask(desk, "GET", "/livez").status == 200
