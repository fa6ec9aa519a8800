"""The demonstration's cast as it is published, and a demonstration that serves, as a process of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .processes import Account, Client, Running, running

SERVICE, OTHER_SERVICE = "uom12345678", "uom87654321"
YAMADA = Account(SERVICE, "SA1234567", "1234567890ABCDEFGHIJ", "1234567890ABCDEFGHIJabcdefghijklmnopqr+1")
SATO = Account(SERVICE, "SA7654321", "DEMOUPDATER000000001", "DemoUpdaterSecretDemoUpdaterSecret000001")
SUZUKI = Account(SERVICE, "SA0000003", "DEMOREADER0000000001", "DemoReaderSecretDemoReaderSecret00000001")
TAKAHASHI = Account(SERVICE, "SA0000004", "DEMOSERVERS000000001", "DemoServersSecretDemoServersSecret000001")
TANAKA = Account(SERVICE, "SA0000005", "DEMONETWORK000000001", "DemoNetworkSecretDemoNetworkSecret000001")
ITO = Account(OTHER_SERVICE, "SA8888888", "DEMOTENANT0000000001", "DemoTenantSecretDemoTenantSecret00000001")
# Who they are, as the demonstration prints it.
CAST = {
    YAMADA: "山田 太郎 (特権ユーザ、承認権限)",
    SATO: "佐藤 花子 (更新ユーザ)",
    SUZUKI: "鈴木 一郎 (参照ユーザ)",
    TAKAHASHI: "高橋 健 (更新ユーザ、サーバ運用)",
    TANAKA: "田中 美咲 (更新ユーザ、ネットワーク)",
    ITO: "伊藤 誠 (特権ユーザ、承認権限)",
}
NOW = "2026-04-01"
READY = "Ctrl\\+C stops it"


@contextmanager
def demonstration(*arguments: str, folder: Path) -> Iterator[tuple[Running, str]]:
    """`unyo demo` on a free port, when it is ready to be called; its temporary folder is made in ``folder``."""
    with running("demo", "--port", "0", *arguments, folder=folder, variables={"TMPDIR": str(folder)}) as process:
        process.wait_for(READY)
        yield process, process.wait_for(r"^● (http://\S+)$")[1]


def tickets_of(client: Client, account: Account) -> list[dict[str, Any]]:
    """All that an account sees in GetTicketList, by ticket number."""
    page: dict[str, Any] = {"NextCursor": ""}
    found: list[dict[str, Any]] = []
    while not found or page["NextCursor"]:
        asked = {"Limit": "200", "SortObject": "1", "SortOrder": "1", "Cursor": page["NextCursor"]}
        page = client.succeed("GetTicketList", asked, account)
        found += page["TicketList"]
        if not page["TicketList"]:
            break
    return found


def details_of(client: Client) -> dict[str, dict[str, Any]]:
    """Every ticket of the demonstration's service, in full."""
    return {
        each["TicketId"]: _without_request_id(client.succeed("GetTicketDetail", {"TicketId": each["TicketId"]}, YAMADA))
        for each in tickets_of(client, YAMADA)
    }


def _without_request_id(answer: dict[str, Any]) -> dict[str, Any]:
    return {wire: value for wire, value in answer.items() if wire != "RequestId"}
