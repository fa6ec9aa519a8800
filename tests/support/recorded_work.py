"""A morning's work at a desk, with everything that can go wrong, to be recorded and replayed."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from unyo.uom.signature import SignatureMethod, SignedCall, content_md5, signed_headers

from .demonstration import ITO, SATO, SUZUKI, TAKAHASHI, TANAKA, YAMADA
from .desks import INCIDENT, NEW_INCIDENT, NEW_REQUEST, NO_PARAMETERS, Answer
from .processes import Account, Client

UPDATE = "/r/20221221/UpdateTicket.json"
CALL_ID = str(UUID(int=7))


class Worker:
    """Calls through a recorder; each call must end as it is said here."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def detail(self, ticket: str, who: Account = YAMADA) -> dict[str, Any]:
        return self.client.succeed("GetTicketDetail", {"TicketId": ticket}, who)

    def echo(self, ticket: str, who: Account = YAMADA) -> dict[str, Any]:
        """What an update sends that changes nothing."""
        detail = self.detail(ticket, who)
        return {n: v for n, v in detail.items() if n not in NO_PARAMETERS} | {"CorrespondProcessList": []}

    def update(self, body: Mapping[str, Any], who: Account = YAMADA, error: str = "", **changes: Any) -> Answer:
        answer = self.client.call("UpdateTicket", {**body, **changes}, who)
        assert answer.error_type == error, answer.envelope
        return answer


def work(client: Client, elsewhere: Client) -> None:
    """The morning; ``elsewhere`` is who is not recorded."""
    worker = Worker(client)
    _conflict_and_memos(worker)
    registered = _registration(worker)
    _approval(worker, registered)
    _request(worker)
    _refusals(worker)
    _refused_early(worker)
    _extensions(worker)
    _somebody_else(worker, Worker(elsewhere))


def _memo(operation: str, text: str = "", number: str = "") -> dict[str, str]:
    return {
        "CorrespondProcessOperationClass": operation,
        "CorrespondProcessSeq": number,
        "CorrespondProcess": text,
    }


def _conflict_and_memos(worker: Worker) -> None:
    body = worker.echo(INCIDENT)
    worker.update(body, Priority="低", CorrespondProcessList=[_memo("0", "切り分けを始めた。\n二行目")])
    worker.update(body, SATO, "EXCLUSION_FAILURE", Priority="中")
    body = worker.echo(INCIDENT)
    worker.update(body, CorrespondProcessList=[_memo("1", "直した。", "1"), _memo("2", number="2")])
    worker.update(worker.echo(INCIDENT), error="PARAMETER_ERROR", CorrespondProcessList=[_memo("1", "ない。", "2")])
    worker.detail(INCIDENT, SATO)


def _registration(worker: Worker) -> str:
    made = worker.client.succeed("RegisterTicket", {**NEW_INCIDENT, "CorrespondProcessList": [_memo("0", "一")]}, SATO)
    ticket = str(made["TicketId"])
    whole = {"AssignUserId": "SA7654321", "CorrespondLimitDate": "20270101000000", "CauseClassification": "調査中"}
    first = worker.echo(ticket, SATO)
    worker.update(first, SATO, "PARAMETER_ERROR")  # what was never set
    worker.update({**first, **whole}, SATO, Category="HW障害", SubCategory="サブカテゴリ")
    worker.update(worker.echo(ticket), SATO)  # which changes nothing, and moves nothing
    worker.update(worker.echo(ticket), SATO, CorrespondProcessList=[_memo("1", "壱", "1"), _memo("0", "二")])
    worker.update(worker.echo(ticket), SATO, Category="アプリ障害", Title="it's \"¥'quoted¥'\"")
    worker.detail(ticket)
    return ticket


def _approval(worker: Worker, ticket: str) -> None:
    approver, awaiting = {"FinishApprovalUserId": "SA1234567"}, {"StateCode": "クローズ承認待ち"}
    body = worker.echo(ticket, SATO)
    worker.update(body, SATO, "PARAMETER_ERROR", **awaiting)
    worker.update(body, SATO, "PARAMETER_ERROR", **approver)
    worker.update(body, SATO, "PARAMETER_ERROR", **awaiting, FinishApprovalUserId="SA0000003")
    worker.update(body, SATO, **awaiting, **approver)
    body = worker.echo(ticket, SATO)
    worker.update(body, SATO, "NO_ROLES_TO_CLOSE", StateCode="クローズ")
    worker.update(body, YAMADA, StateCode="差し戻し", FinishApprovalUserId="")
    worker.update(worker.echo(ticket, SATO), SATO, **awaiting, **approver)
    worker.update(worker.echo(ticket), YAMADA, StateCode="クローズ", SupportedGroup="")
    body = worker.echo(ticket)
    worker.update(body, error="PARAMETER_ERROR", StateCode="対応中", FinishApprovalUserId="")
    worker.update(body, StateCode="対応中", FinishApprovalUserId="", SupportedGroup="お客様")
    assert worker.detail(ticket)["FinishApprovalUserId"] == ""


def _request(worker: Worker) -> None:
    client = worker.client
    ticket = str(client.call("RegisterTicket", NEW_REQUEST, YAMADA, call_id=CALL_ID).body["TicketId"])
    again = client.call("RegisterTicket", NEW_REQUEST, YAMADA, call_id=CALL_ID)
    assert again.body["TicketId"] == ticket
    another = client.call("RegisterTicket", {**NEW_REQUEST, "Title": "別"}, YAMADA, call_id=CALL_ID)
    assert another.error_type == "CALL_ID_REUSED"
    worker.update(worker.echo(ticket), CorrespondLimitDate="20270101000000", RequestType="問合せ", AcceptWay="電話")
    worker.update(worker.echo(ticket), RequestSubType="問合せ(その他)", RespondContents="回答")
    worker.detail(ticket)


def _refusals(worker: Worker) -> None:
    body = worker.echo(INCIDENT)
    wrong = "PARAMETER_ERROR"
    worker.update({n: v for n, v in body.items() if n not in {"Priority", "Importance"}}, error="PARAMETER_REQUIRED")
    worker.update(body, error="PARAMETER_TOO_LONG", Title="長" * 257, EventId="x" * 255)
    worker.update(body, error=wrong, Unknown="x", Another="y")
    worker.update(body, error=wrong, Title="", Priority="")
    worker.update(body, error=wrong, CorrespondLimitDate="20230229000000", Cause=None)
    worker.update(body, error=wrong, Category="存在しない")
    worker.update(body, error=wrong, SubCategory="存在しない")
    worker.update(body, error=wrong, AssignUserId="SA9999999")
    worker.update(body, SUZUKI, wrong, Priority="中")
    worker.update(body, ITO, wrong, ServiceCode="uom12345678")
    worker.update(body, error="PARAMETER_REQUIRED", TicketProcessType="2")
    worker.update(body, error="NO_TICKET_ID", TicketId="UTM999999999")
    worker.client.call("GetTicketDetail", {"TicketId": "abc"}, YAMADA)
    worker.detail("UTM123458", TAKAHASHI)
    worker.update(worker.echo("UTM123458", TAKAHASHI), TAKAHASHI, Influence="一部")
    hidden = worker.client.call("GetTicketDetail", {"TicketId": "UTM123458"}, TANAKA)
    assert hidden.error_type == "NO_TICKET_ID"
    worker.client.call("GetTicketDetail", {"TicketId": INCIDENT}, ITO)
    for registration in ({}, {"Title": ""}, {"SupportedGroup": "SEサポート"}, {"StateCode": "新規"}):
        answer = worker.client.call("RegisterTicket", {**NEW_INCIDENT, **registration} if registration else {}, SATO)
        assert answer.error


def _refused_early(worker: Worker) -> None:
    client = worker.client
    path, content, headers = client.signed("GetTicketDetail", {"TicketId": INCIDENT}, YAMADA)
    client.post(path, content, {**headers, "Authorization": headers["Authorization"][:-4] + "AAA="})
    client.post(path, content, {"Content-Type": "application/json"})
    assert client.call("RegisterTicket", NEW_INCIDENT, SATO, call_id="no UUID").error_type == "INVALID_CALL_ID"
    odd = {"Content-Type": 'application/json; profile="a b"'}
    assert client.post(path, content, _signed(path, content, **odd)).error is None
    client.post(path, content, _signed(path, content, **{"Content-Type": "text/plain; secret=x"}))
    client.post(path, b"{no json", _signed(path, b"{no json"))
    client.post(path, b"[1]", _signed(path, b"[1]"))
    client.post(path, content, {**headers, "Content-Type": "text/plain"})
    client.post("/r/20221221/NoAction.json", content, headers)
    client.request("GET", path)
    quoted = json.dumps(
        worker.echo(INCIDENT) | {"ServiceCode": "uom12345678", "MasterID": "SA1234567"}, ensure_ascii=False
    )
    quoted = quoted.replace('"NodeName": "testnode_001"', r'"NodeName": "it\'s"')
    answer = client.post(UPDATE, quoted.encode(), _signed(UPDATE, quoted.encode()))
    assert answer.error is None, answer.envelope
    assert worker.detail(INCIDENT)["NodeName"] == "it's"


def _signed(path: str, content: bytes, **more: str) -> dict[str, str]:
    """The headers of a client of the older method, which covers the body too."""
    own = {"Content-Type": "application/json", "Content-MD5": content_md5(content), **more}
    call, expires = SignedCall("POST", path, own.items()), datetime.now(UTC) + timedelta(hours=1)
    return own | signed_headers(call, YAMADA.access_key, YAMADA.secret_key, expires, SignatureMethod.HMAC_SHA1)


def _extensions(worker: Worker) -> None:
    for action, body in (("GetTicketList", {}), ("GetTicketHistory", {"TicketId": INCIDENT}), ("GetOptionList", {})):
        worker.client.succeed(action, body, YAMADA)


def _somebody_else(worker: Worker, elsewhere: Worker) -> None:
    body = worker.echo(INCIDENT)
    elsewhere.update(elsewhere.echo(INCIDENT), SATO, Influence="誰かが書いた")
    worker.update(body, YAMADA, "EXCLUSION_FAILURE", Importance="低")
    worker.update(worker.echo(INCIDENT), YAMADA, Importance="低")
    worker.detail(INCIDENT)
    elsewhere.update(elsewhere.echo(INCIDENT), SATO, Influence="また書いた")
    assert worker.detail(INCIDENT)["Influence"] == "また書いた"
