"""Nodes behind nginx are replaced one by one, by those of the next release, and no call fails."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from signal import SIGTERM

import httpx2
import pytest

from support.balancer import SHIPPED, Balancer, free_port
from support.desks import NEW_INCIDENT
from support.installations import Installation
from support.load import assert_kept, under_load
from support.processes import PATIENCE, Client, Running, running, wait_until
from support.scratch import SourceCopy

_on_postgresql = pytest.mark.parametrize("databases", ["postgresql"], indirect=True)

WIDER = 'op.add_column("tickets", sa.Column("severity", sa.Text(), nullable=False, server_default="低"))'


@contextmanager
def _node(installation: Installation, port: int, variables: Mapping[str, str] | None = None) -> Iterator[Running]:
    """A node that is ready."""
    arguments = ("serve", "--port", str(port), "--database", installation.url)
    with running(*arguments, folder=installation.folder, variables=variables) as node:
        wait_until(f"the node on {port} is ready", lambda: _is_ready(port))
        yield node


def _is_ready(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE).status_code == 200
    except httpx2.TransportError:
        return False


@pytest.fixture
def balancer(tmp_path: Path) -> Balancer:
    folder = tmp_path / "nginx"
    folder.mkdir()
    return Balancer(folder, [free_port(), free_port()])


def test_the_shipped_configuration_is_right(balancer: Balancer) -> None:
    assert "test is successful" in balancer.check()
    assert (SHIPPED / "nodes.conf").read_text(encoding="utf-8").count("\nserver ") == 2


@_on_postgresql
def test_a_rolling_upgrade_under_load_fails_no_call_and_loses_nothing(
    installation: Installation, balancer: Balancer, tmp_path: Path
) -> None:
    newer = SourceCopy(tmp_path / "newer")
    newer.add_migration("wider", WIDER)
    with ExitStack() as opened:
        nodes = {port: opened.enter_context(_node(installation, port)) for port in balancer.ports}
        opened.enter_context(balancer.running())
        with under_load(balancer.url, installation.account, trust=balancer.trust) as load:
            assert newer.migrate(installation.url).status == 0
            for port, node in nodes.items():
                load.wait_for_more()
                balancer.take_out(port)
                load.wait_for_more()
                assert node.end(SIGTERM).status == -SIGTERM
                opened.enter_context(_node(installation, port, newer.variables))
                balancer.put_back()
        with Client(balancer.url, installation.account, trust=balancer.trust) as client:
            assert_kept(load, client)


@_on_postgresql
def test_a_call_goes_through_as_it_was_signed_and_a_node_that_is_gone_is_passed_over(
    installation: Installation, balancer: Balancer
) -> None:
    first, _nobody = balancer.ports
    with (
        _node(installation, first),
        balancer.running(),
        Client(balancer.url, installation.account, trust=balancer.trust) as client,
    ):
        headers = {"x-iijapi-under_score": "kept", "x-iijapi-long": "x" * 50_000}
        assert client.call("RegisterTicket", NEW_INCIDENT, more=headers).error is None
        assert client.call("RegisterTicket", {**NEW_INCIDENT, "Title": "x" * (1 << 20)}).status == 413
        # Half of them come to the node that is not there.
        for _ in range(6):
            assert client.call("RegisterTicket", NEW_INCIDENT).error is None
