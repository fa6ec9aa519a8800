"""`unyo serve` with a certificate: signed calls over TLS, and certificates that are exchanged while it serves."""

from collections.abc import Callable
from pathlib import Path

import pytest

from support.certificates import Pair, make_pair, presented
from support.installations import Installation
from support.processes import Client, serving, unyo, wait_until

ON_SQLITE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
STAYS = "the certificate in use stays"


def port_of(url: str) -> int:
    assert url.startswith("https://")
    return int(url.rpartition(":")[2])


@ON_SQLITE
def test_a_certificate_that_is_exchanged_is_seen_without_a_restart(installation: Installation, tmp_path: Path) -> None:
    pair, new = make_pair(tmp_path, "first"), make_pair(tmp_path, "second")
    old_pem, old_trust, new_trust = pair.pem, pair.trust(), new.trust()
    with (
        serving("--database", installation.url, *pair.flags, folder=installation.folder, trust=old_trust) as (_, url),
        Client(url, installation.account, old_trust) as client,
    ):
        assert client.call("GetTicketList", {}).error is None
        assert presented(port_of(url)) == old_pem
        new.copy_to(pair)
        wait_until("the new certificate is presented", lambda: presented(port_of(url)) == new.pem)
        assert client.call("GetTicketList", {}).error is None  # on the connection that was open already
        with Client(url, installation.account, new_trust) as another:
            assert another.call("GetTicketList", {}).error is None


def _broken(pair: Pair, _new: Pair) -> None:
    pair.certificate.write_text("no certificate")


def _half_written(pair: Pair, new: Pair) -> None:
    pair.certificate.write_text(new.pem[: len(new.pem) // 2])


def _only_the_certificate(pair: Pair, new: Pair) -> None:
    pair.certificate.write_text(new.pem)


def _without_a_key(pair: Pair, _new: Pair) -> None:
    pair.key.unlink()


@ON_SQLITE
@pytest.mark.parametrize("spoil", [_broken, _half_written, _only_the_certificate, _without_a_key])
def test_a_pair_that_cannot_be_used_is_told_and_the_one_before_it_stays(
    installation: Installation, tmp_path: Path, spoil: Callable[[Pair, Pair], None]
) -> None:
    pair, new = make_pair(tmp_path, "first"), make_pair(tmp_path, "second")
    old_pem, trust = pair.pem, pair.trust()
    with serving("--database", installation.url, *pair.flags, folder=installation.folder, trust=trust) as (server, url):
        spoil(pair, new)
        server.wait_for(f"{STAYS}: .*{pair.certificate}")
        assert presented(port_of(url)) == old_pem
        new.copy_to(pair)
        wait_until("the new certificate is presented", lambda: presented(port_of(url)) == new.pem)
        assert "Traceback" not in server.err
        assert server.err.count(STAYS) <= 2  # between the two files of a copy it may have looked once


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_each_of_several_processes_exchanges_it(installation: Installation, tmp_path: Path) -> None:
    pair, new = make_pair(tmp_path, "first"), make_pair(tmp_path, "second")
    flags = ("--database", installation.url, "--workers", "2", *pair.flags)
    with serving(*flags, folder=installation.folder, trust=pair.trust()) as (server, url):
        wait_until("both have started", lambda: server.err.count("Application startup complete") == 2)
        new.copy_to(pair)
        wait_until("both have told so", lambda: server.err.count("new connections get the certificate") == 2)
        assert {presented(port_of(url)) for _ in range(20)} == {new.pem}


@pytest.mark.parametrize(
    ("name_key", "expected"),
    [
        (lambda pair, _other: pair.key.with_name("none.key"), "cannot be read (No such file or directory)"),
        (lambda _pair, other: other.key, "are no certificate and its key"),
        (lambda pair, _other: make_pair(pair.key.parent, "sealed", b"secret").key, "are no certificate and its key"),
    ],
    ids=["no file", "another's key", "a key with a password"],
)
def test_a_pair_that_cannot_be_used_is_refused_at_the_start(
    tmp_path: Path, name_key: Callable[[Pair, Pair], Path], expected: str
) -> None:
    pair, other = make_pair(tmp_path, "first"), make_pair(tmp_path, "second")
    key = name_key(pair, other)
    refusal = unyo("serve", "--tls-cert", str(pair.certificate), "--tls-key", str(key), folder=tmp_path).refusal
    assert str(key) in refusal
    assert expected in refusal


def test_a_certificate_without_a_key_is_refused(tmp_path: Path) -> None:
    pair = make_pair(tmp_path, "first")
    told = unyo("serve", "--tls-cert", str(pair.certificate), folder=tmp_path)
    assert (told.status, told.err) == (2, "unyo: tls_cert and tls_key belong together: give both of them, or none\n")


@pytest.mark.parametrize("flags", [(), ("--tls-cert", "a.crt", "--tls-key", "a.key")], ids=["plain", "TLS"])
def test_only_with_tls_may_others_reach_it(tmp_path: Path, flags: tuple[str, ...]) -> None:
    told = unyo("serve", "--host", "0.0.0.0", *flags, folder=tmp_path)  # noqa: S104 - it does not come to listening
    assert told.status == (1 if flags else 2)
    assert ("plain http is refused" in told.err) == (not flags)
