"""Clients of a desk of the test kit: both kinds driven alike, and the faults that they meet."""

import asyncio
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from unyo.cast import YAMADA, Actor
from unyo.client import AsyncClient, Client, NoAnswer
from unyo.testkit import Uom
from unyo.testkit.faults import Faults

Kind = Literal["Client", "AsyncClient"]
KINDS: tuple[Kind, ...] = ("Client", "AsyncClient")
RETRY_AFTER = 7
# For who gives up on an answer that is held back: what a call needs to arrive there, on a machine that does much else.
A_MOMENT = 1.0
FAULTS: Mapping[str, Callable[[Faults], None]] = {
    "unreached": Faults.unreachable,
    "lost after": lambda faults: faults.lose_answer(carried_out=True),
    "lost before": lambda faults: faults.lose_answer(carried_out=False),
    "busy": lambda faults: faults.rate_limit(retry_after=RETRY_AFTER),
    "long busy": lambda faults: faults.rate_limit(retry_after=3600),
    "bad gateway": Faults.bad_gateway,
    "bad gateway after": lambda faults: faults.bad_gateway(carried_out=True),
    "failed": Faults.system_error,
    "failed after": lambda faults: faults.system_error(carried_out=True),
    "web page": Faults.web_page,
}
"""Whatever can happen to any call, by short names."""


class Waiting:
    """A client that awaits, driven as one that waits: everything that it offers, by the same names."""

    def __init__(self, target: object, runner: asyncio.Runner) -> None:
        self._target = target
        self._runner = runner

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        if not callable(found):
            return Waiting(found, self._runner)

        def _called(*given: Any, **named: Any) -> Any:
            made = found(*given, **named)
            return self._all(made) if inspect.isasyncgen(made) else self._runner.run(made)

        return _called

    def __repr__(self) -> str:
        return repr(self._target)

    def _all(self, items: Any) -> Iterator[Any]:
        while True:
            try:
                item = self._runner.run(anext(items))
            except StopAsyncIteration:
                return
            yield item


@dataclass
class Clients:
    """Makes clients of one kind; ``pauses`` are those that they made between tries."""

    kind: Kind
    uom: Uom
    url: str
    opened: ExitStack
    pauses: list[float] = field(default_factory=list)

    def __call__(self, actor: Actor = YAMADA, *, endpoint: str = "", **options: Any) -> Client:
        """A client in somebody's name, driven as one that waits: of the desk, or of another endpoint over HTTP."""
        where = endpoint or self.url
        if self.kind == "Client":
            given = {"sleep": self.pauses.append, **options}
            client = Client(where, *_who(actor), **given) if where else self.uom.client(actor, **given)
            return self.opened.enter_context(client)

        async def _pause(seconds: float) -> None:
            self.pauses.append(seconds)

        awaiting = {"sleep": _pause, **options}
        made = AsyncClient(where, *_who(actor), **awaiting) if where else self.uom.async_client(actor, **awaiting)
        waiting = Waiting(made, self.opened.enter_context(asyncio.Runner()))
        self.opened.callback(waiting.close)
        return cast("Client", waiting)


def know(client: Client, ticket_id: str) -> None:
    """Have a client that waits for a moment only be answered once, however busy the machine is."""
    for _ in range(100):
        with suppress(NoAnswer):
            client.tickets.get(ticket_id)
            return
    raise AssertionError("it is never answered")


def _who(actor: Actor) -> tuple[str, str, str, str]:
    return actor.key.access_key, actor.key.secret_key, actor.service_code, actor.master_id


@contextmanager
def clients_of(kind: Kind, uom: Uom, *, over_http: bool = False) -> Iterator[Clients]:
    """A maker of a desk's clients, which are closed at the end."""
    with ExitStack() as opened:
        url = opened.enter_context(uom.serve()).url if over_http else ""
        yield Clients(kind, uom, url, opened)
