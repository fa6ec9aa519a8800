"""What the settings of the portal do for whoever comes with a browser."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from support.certificates import make_pair
from support.installations import MASTER_ID, SERVICE_CODE, Installation
from support.processes import PATIENCE, serving
from unyo.services.people import Purpose, Session, make_token
from unyo.storage import administration
from unyo.storage.administration import Admin, Author
from unyo.storage.engine import Engines, open_engines, parse_url
from unyo.storage.people import Keeping, SqlPeople

HSTS = "Strict-Transport-Security"


@pytest.fixture
def engines(installation: Installation) -> Iterator[Engines]:
    opened = open_engines(parse_url(installation.url))
    yield opened
    opened.dispose()


def session(engines: Engines, *, idle: timedelta) -> dict[str, str]:
    """A session of the installation's account, as its browser sends it, that was seen so long ago."""
    token, seen = make_token(), datetime.now(UTC) - idle
    kept = Session(token.get_secret_value()[:8], MASTER_ID, SERVICE_CODE, seen, seen, seen + timedelta(days=7))
    people = SqlPeople(Keeping(engines.reading, engines.writing))
    assert people.begin_session(token, kept, proved_by=None, instead_of=None)
    return {"Cookie": f"__Host-unyo={token.get_secret_value()}"}


def link(engines: Engines) -> str:
    """The path of a one-time link that signs in."""
    token = make_token()
    with engines.writing.begin() as connection:
        administration.invite(Admin(connection, Author("tests"), datetime.now(UTC)), MASTER_ID, token, Purpose.SIGN_IN)
    return f"/link/{token.get_secret_value()}"


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_sessions_live_as_long_as_they_are_set_to(installation: Installation, engines: Engines) -> None:
    set_to = ("--behind-tls-proxy", "--session-hours", "2", "--session-idle-hours", "0.5")
    with serving("--database", installation.url, *set_to, folder=installation.folder) as (_, url):
        assert HSTS not in httpx2.get(f"{url}/sign-in", timeout=PATIENCE).headers
        here = {"Sec-Fetch-Site": "same-origin"}
        cookie = httpx2.post(url + link(engines), headers=here, timeout=PATIENCE).headers["Set-Cookie"]
        assert re.search(r"; Max-Age=7200;", cookie)
        assert httpx2.get(f"{url}/tickets", headers=session(engines, idle=timedelta(minutes=20))).status_code == 200
        assert httpx2.get(f"{url}/tickets", headers=session(engines, idle=timedelta(minutes=40))).status_code == 303


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("comes_by", "told"), [("a proxy", "max-age=86400"), ("TLS", "max-age=86400"), ("plain http", None)]
)
def test_browsers_are_kept_to_https_where_that_is_asked_for_and_they_come_by_it(
    installation: Installation, tmp_path: Path, comes_by: str, told: str | None
) -> None:
    pair = make_pair(tmp_path, "pair") if comes_by == "TLS" else None
    trust, by_https = (pair.trust(), pair.flags) if pair else (None, ())
    set_to = (*by_https, *(["--behind-tls-proxy"] if comes_by == "a proxy" else []), "--hsts-seconds", "86400")
    with (
        serving("--database", installation.url, *set_to, folder=installation.folder, trust=trust) as (_, url),
        httpx2.Client(base_url=url, verify=trust or True, timeout=PATIENCE) as browser,
    ):
        script = re.findall(r'src="(/static/script[^"]+)"', browser.get("/sign-in").text)[0]
        for path, status in (("/sign-in", 200), ("/tickets", 303), ("/nowhere", 404), (script, 200)):
            answer = browser.get(path)
            assert (answer.status_code, answer.headers.get(HSTS)) == (status, told)
