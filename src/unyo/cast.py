"""Who takes part in the demonstration and in tests. Their secrets are published; a database that holds them says so."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from unyo.storage import administration
from unyo.storage.administration import Admin, Author, NewKey
from unyo.storage.engine import Transaction
from unyo.storage.keyring import Keyring
from unyo.tickets.directory import Role

SERVICE: Final = "uom12345678"
OTHER_SERVICE: Final = "uom87654321"
SERVERS: Final = "サーバ運用"
NETWORKS: Final = "ネットワーク"
# The demonstration's key is published like everything else of it.
SECRET_KEY: Final = "ZGVtb25zdHJhdGlvbi1vbmx5LW5ldmVyLXNlY3JldCE="  # noqa: S105 - published on purpose


@dataclass(frozen=True, slots=True)
class Actor:
    """An account with its access key."""

    service_code: str
    master_id: str
    name: str
    role: Role
    key: NewKey
    may_approve: bool = False
    groups: tuple[str, ...] = ()


YAMADA: Final = Actor(
    SERVICE,
    "SA1234567",
    "山田 太郎",
    Role.OWNER,
    NewKey("1234567890ABCDEFGHIJ", "1234567890ABCDEFGHIJabcdefghijklmnopqr+1"),
    may_approve=True,
)
SATO: Final = Actor(
    SERVICE,
    "SA7654321",
    "佐藤 花子",
    Role.UPDATER,
    NewKey("DEMOUPDATER000000001", "DemoUpdaterSecretDemoUpdaterSecret000001"),
)
SUZUKI: Final = Actor(
    SERVICE,
    "SA0000003",
    "鈴木 一郎",
    Role.READER,
    NewKey("DEMOREADER0000000001", "DemoReaderSecretDemoReaderSecret00000001"),
)
TAKAHASHI: Final = Actor(
    SERVICE,
    "SA0000004",
    "高橋 健",
    Role.UPDATER,
    NewKey("DEMOSERVERS000000001", "DemoServersSecretDemoServersSecret000001"),
    groups=(SERVERS,),
)
TANAKA: Final = Actor(
    SERVICE,
    "SA0000005",
    "田中 美咲",
    Role.UPDATER,
    NewKey("DEMONETWORK000000001", "DemoNetworkSecretDemoNetworkSecret000001"),
    groups=(NETWORKS,),
)
ITO: Final = Actor(
    OTHER_SERVICE,
    "SA8888888",
    "伊藤 誠",
    Role.OWNER,
    NewKey("DEMOTENANT0000000001", "DemoTenantSecretDemoTenantSecret00000001"),
    may_approve=True,
)
CAST: Final = (YAMADA, SATO, SUZUKI, TAKAHASHI, TANAKA, ITO)


def add_cast(connection: Transaction, keyring: Keyring, now: datetime) -> None:
    """Fill an empty database, migrated, with the services, accounts and keys of the demonstration."""
    admin = Admin(connection, Author("unyo demo"), now)
    administration.claim_installation(admin, keyring, demo=True)
    administration.add_service(admin, SERVICE, "デモ運用センター", (SERVERS, NETWORKS))
    administration.add_service(admin, OTHER_SERVICE, "別のお客様")
    for actor in CAST:
        administration.add_account(admin, actor.master_id, actor.name)
        administration.add_member(
            admin,
            actor.service_code,
            actor.master_id,
            actor.role,
            may_approve=actor.may_approve,
            groups=actor.groups,
        )
        administration.add_key(admin, keyring, actor.master_id, actor.key)
