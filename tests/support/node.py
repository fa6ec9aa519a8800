"""One node of several: a process with a desk of its own, told by lines of JSON what to call, and when."""

import json
import sys
from typing import Any

from support.desks import DeskUnderTest, desk_on
from support.portal import signed_in
from unyo.cast import CAST

_ACTORS = {actor.master_id: actor for actor in CAST}


def _tell(what: object) -> None:
    print(json.dumps(what), flush=True)  # noqa: T201 - the pipe to the test


def _carry_out(desk: DeskUnderTest, asked: dict[str, Any]) -> dict[str, Any]:
    if asked.get("get"):
        answer = desk.transport.request("GET", asked["get"], b"", [])
    elif asked.get("page"):
        browser = signed_in(desk)
        page = browser.post(asked["page"], asked["form"]) if asked["form"] else browser.get(asked["page"])
        answer = page.answer
    else:
        actor = _ACTORS[asked["body"]["MasterID"]]
        answer = desk.call(asked["action"], asked["body"], actor=actor, headers=asked["headers"])
    return {"status": answer.status, "headers": dict(answer.headers), "content": answer.content.decode()}


def main(url: str) -> None:
    with desk_on(url) as desk:
        _tell("open")
        for line in sys.stdin:
            asked = json.loads(line)
            _tell("ready")
            assert sys.stdin.readline() == "go\n"
            _tell(_carry_out(desk, asked))


if __name__ == "__main__":
    main(sys.argv[1])
