"""The settings of a server, as one typed table: flags, variables, file keys, help and reference are read from it."""

from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX: Final = "UNYO_SERVER_"


class Group(StrEnum):
    """What settings belong together, as headings of the help."""

    LISTENING = "Listening"
    DATA = "Data"
    PORTAL = "Portal"
    LIMITS = "Limits"
    WATCHING = "Watching"


class LogLevel(StrEnum):
    """The least important log lines that are written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """How log lines are written."""

    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


def _setting(group: Group, meaning: str, *, default: Any, **more: Any) -> Any:
    return Field(default, description=meaning, json_schema_extra={"group": group.value}, **more)


class Settings(BaseSettings):
    """The values of all settings. What may hold a secret is left out of its repr."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True, hide_input_in_errors=True
    )

    host: str = _setting(Group.LISTENING, "Address to listen on.", default="127.0.0.1", min_length=1)
    port: int = _setting(Group.LISTENING, "Port to listen on; 0 takes a free one.", default=8080, ge=0, le=65535)
    workers: int = _setting(
        Group.LISTENING, "Server processes; more than one needs PostgreSQL.", default=1, ge=1, le=64
    )
    tls_cert: Path | None = _setting(
        Group.LISTENING,
        "PEM file with the certificate for TLS and what it is issued by; it may be exchanged while the server serves.",
        default=None,
    )
    tls_key: Path | None = _setting(
        Group.LISTENING, "PEM file with the certificate's private key, without a password.", default=None
    )
    behind_tls_proxy: bool = _setting(
        Group.LISTENING,
        "A proxy that speaks TLS stands before this server, which may then listen on other addresses than loopback.",
        default=False,
    )
    trusted_proxies: str = _setting(
        Group.LISTENING,
        "Addresses or networks of proxies, separated by commas, whose X-Forwarded-For tells the caller's address.",
        default="",
    )

    drain_seconds: float = _setting(
        Group.LISTENING,
        "Seconds in which a server that is told to stop (SIGTERM) serves on while /readyz says 503, so that a balancer "
        "that watches it sends its calls elsewhere; a second SIGTERM ends them.",
        default=0.0,
        ge=0,
        le=3600,
    )

    database: str = _setting(
        Group.DATA,
        "Database: sqlite:///FILE or postgresql://USER@HOST/NAME.",
        default="sqlite:///unyo.db",
        repr=False,  # it may hold a password
    )
    database_file: Path | None = _setting(
        Group.DATA, "File that holds the database's URL, for one with a password.", default=None
    )
    secret_key: SecretStr | None = _setting(
        Group.DATA,
        "Key that encrypts the stored secrets, instead of the key file. It has no flag, which others could see.",
        default=None,
    )
    secret_key_file: Path = _setting(
        Group.DATA,
        "File with the key that encrypts the stored secrets; made by `unyo init`.",
        default=Path("unyo.key"),
    )

    portal_url: str = _setting(
        Group.PORTAL,
        "Address at which browsers reach this server, such as https://desk.example; one-time links begin with it. "
        "This machine and port if it is not set.",
        default="",
        pattern=r"^(https?://[^\s/?#@]+/?)?$",
    )
    session_idle_hours: float = _setting(
        Group.PORTAL, "Hours without activity after which a session ends.", default=12.0, gt=0, le=720
    )
    session_hours: float = _setting(
        Group.PORTAL, "Hours after which a session ends in any case.", default=168.0, gt=0, le=8760
    )

    hsts_seconds: int = _setting(
        Group.PORTAL,
        "Seconds for which browsers that have come by https reach this host, on any port, by https only "
        "(Strict-Transport-Security); 0: they are not told to.",
        default=0,
        ge=0,
        le=63_072_000,
    )

    head_seconds: float = _setting(
        Group.LIMITS, "Seconds in which a call's headers must be complete.", default=10.0, gt=0, le=3600
    )
    body_seconds: float = _setting(
        Group.LIMITS, "Seconds in which a call's body must be complete.", default=15.0, gt=0, le=3600
    )
    keep_alive_seconds: int = _setting(
        Group.LIMITS,
        "Seconds that a connection may be idle between calls; more than a proxy before this server keeps it.",
        default=75,
        ge=1,
        le=3600,
    )
    calls_per_minute: int = _setting(
        Group.LIMITS,
        "Calls a minute of an access key to each server process; further ones are answered 429. 0: no limit.",
        default=6000,
        ge=0,
        le=1_000_000,
    )
    queue_calls: int = _setting(
        Group.LIMITS,
        "Calls that may wait for the writer; further ones are answered 429.",
        default=1000,
        ge=1,
        le=100_000,
    )
    queue_mib: int = _setting(
        Group.LIMITS,
        "MiB of bodies that may wait for the writer; further ones are answered 429.",
        default=64,
        ge=2,
        le=4096,
    )

    log_level: LogLevel = _setting(Group.WATCHING, "Least important log lines that are written.", default=LogLevel.INFO)
    log_format: LogFormat = _setting(
        Group.WATCHING, "Form of the log's lines; auto is console on a terminal, else json.", default=LogFormat.AUTO
    )
    metrics_address: str = _setting(
        Group.WATCHING,
        "HOST:PORT on which /metrics is served by itself, in plain http and to whoever asks; nowhere if it is not set.",
        default="",
    )
    metrics_token: SecretStr | None = _setting(
        Group.WATCHING,
        "Token (Authorization: Bearer) that opens /metrics on the server's own address; it is not there without one.",
        default=None,
    )
    metrics_token_file: Path | None = _setting(
        Group.WATCHING, "File that holds the token that opens /metrics.", default=None
    )

    otel_endpoint: str = _setting(
        Group.WATCHING,
        "Base URL of an OpenTelemetry collector (OTLP/HTTP) that traces go to, such as http://127.0.0.1:4318; "
        "needs the extra packages of otel.",
        default="",
        pattern=r"^(https?://\S+)?$",
    )

    @property
    def browsers_come_to(self) -> str:
        """The URL by which browsers reach this server."""
        scheme = "https" if self.tls_cert else "http"
        return self.portal_url.rstrip("/") or f"{scheme}://127.0.0.1:{self.port}"

    @property
    def shows_metrics(self) -> bool:
        """Whether anybody can see the metrics."""
        return bool(self.metrics_address or self.metrics_token)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic hands all of these over by name
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Values are handed over, by `loading`, which knows where each comes from."""
        return (init_settings,)


def trouble_in(settings: Settings) -> list[str]:
    """What must be otherwise before these settings can be served, a sentence each."""
    found = []
    has_tls = settings.tls_cert is not None
    if has_tls != (settings.tls_key is not None):
        found.append("tls_cert and tls_key belong together: give both of them, or none")
    if not (_is_loopback(settings.host) or settings.behind_tls_proxy or has_tls):
        found.append(
            f"plain http is refused on {settings.host}, which others can reach: give tls_cert and tls_key, or put a "
            "proxy that speaks TLS before it and say so with behind_tls_proxy, or listen on 127.0.0.1"
        )
    try:
        networks(settings.trusted_proxies)
    except ValueError as error:
        found.append(f"trusted_proxies takes addresses and networks such as 10.0.0.0/8, separated by commas: {error}")
    try:
        host_and_port(settings.metrics_address or "127.0.0.1:0")
    except ValueError as error:
        found.append(f"metrics_address takes HOST:PORT, such as 127.0.0.1:9464: {error}")
    if trouble := _trouble_with_portal(settings.portal_url):
        found.append(trouble)
    return found


def _trouble_with_portal(url: str) -> str:
    """Why browsers cannot, or should not, come that way; ``""`` where they may."""
    try:
        split = urlsplit(url)
        _ = split.port
    except ValueError:
        return "portal_url takes a URL such as https://desk.example, with a port if it is not 443"
    if split.scheme == "http" and not _is_loopback(split.hostname or ""):
        return f"portal_url is plain http to {split.hostname}, where others could read passwords: it must be https"
    return ""


def networks(listed: str) -> list[IPv4Network | IPv6Network]:
    """What a list of addresses and networks names.

    Raises:
        ValueError: one of them is neither.
    """
    return [ip_network(each.strip()) for each in listed.split(",") if each.strip()]


def host_and_port(address: str) -> tuple[str, int]:
    """The parts of ``HOST:PORT``; an IPv6 host stands in brackets.

    Raises:
        ValueError: it is no such address.
    """
    host, _, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not (port.isascii() and port.isdecimal()) or int(port) > 65535:  # noqa: PLR2004 - the highest port
        raise ValueError(f"{address!r} is none")
    return host, int(port)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
