"""The portal behind nginx as it is shipped: people sign in by https, and streams of events are not held up."""

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from support.balancer import Balancer, free_port
from support.commands import unyo_here
from support.installations import MASTER_ID, Installation
from support.processes import PATIENCE, running, wait_until


@pytest.fixture
def balancer(tmp_path: Path) -> Balancer:
    folder = tmp_path / "nginx"
    folder.mkdir()
    return Balancer(folder, [free_port()])


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_people_sign_in_by_https_and_hear_of_changes(installation: Installation, balancer: Balancer) -> None:
    folder, data = installation.folder, ("--database", installation.url)
    invited = unyo_here("account", "invite", MASTER_ID, "--json", "--portal-url", balancer.url, *data, folder=folder)
    link = urlsplit(json.loads(invited.out)["link"]).path
    serve = ("serve", "--port", str(balancer.ports[0]), "--behind-tls-proxy", *data)
    with (
        running(*serve, folder=folder),
        balancer.running(),
        httpx2.Client(base_url=balancer.url, verify=balancer.trust, timeout=PATIENCE) as browser,
    ):
        wait_until("the node is ready", lambda: browser.get("/readyz").status_code == 200)
        typed = {"password": "a sentence is easy to remember"}
        signed_in = browser.post(link, data=typed, headers={"Origin": balancer.url})
        assert re.fullmatch(r"__Host-unyo=\S+; .*; Secure", signed_in.headers["set-cookie"])
        with browser.stream("GET", "/events?ticket=list") as events:
            assert next(events.iter_lines()) == "event: begun"
        strange = browser.post("/sign-out", headers={"Origin": "https://elsewhere.example"})
        assert strange.status_code == 403
