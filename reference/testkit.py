"""The page about the test kit, read from its docstrings and signatures."""

import inspect
from collections.abc import Iterator
from dataclasses import fields
from typing import Any, Final

from unyo import cast
from unyo.testkit import (
    Call,
    DeskClock,
    ExtensionUsed,
    FaultNotMet,
    Faults,
    Journal,
    Served,
    Uom,
    decorating,
    plugin,
)

from .described import described, first_sentence, signature, type_of
from .markdown import code, page, table

_INTRODUCTION: Final = """\
Install it with `pip install 'unyo[testkit]'`, and import what is named here from `unyo.testkit`. pytest finds the
fixtures by itself. [How to test your automation](../howto/test-your-automation.md) shows them at work;
[the emulator](../emulator.md) offers the same to programs in any language."""
_CAST: Final = """\
All of them exist from the beginning. Their keys are public: use them for tests only."""
_FIXTURES: Final = (plugin.uom, plugin.uom_server)
_CONSTANTS: Final = {value: name for name, value in vars(cast).items() if isinstance(value, cast.Actor)}
# Whose methods are shown, and how one comes to them.
_OWNERS: Final = ((Uom, "uom"), (Faults, "uom.faults"), (DeskClock, "uom.clock"), (Journal, "uom.journal"))


def testkit_page() -> str:
    """Every fixture, method, fault and record."""
    return page(
        "The test kit",
        _INTRODUCTION,
        "## Fixtures",
        table(["fixture", ""], ([code(_plain(each).__name__), first_sentence(_plain(each))] for each in _FIXTURES)),
        f"The mark `{plugin.MARK}` says how the desk is made: `@pytest.mark.uom(as_vendor=True, tls=True)`. With "
        "`uom_strict = true` in pytest's settings every desk is strict.",
        "## The cast",
        _CAST,
        table(
            ["name", "who", "master ID", "service code", "role", "approval right", "management groups"],
            (
                [
                    code(_CONSTANTS[actor]),
                    actor.name,
                    code(actor.master_id),
                    code(actor.service_code),
                    actor.role.value,
                    "yes" if actor.may_approve else "",
                    ", ".join(actor.groups),
                ]
                for actor in cast.CAST
            ),
        ),
        *_methods(),
        "## with_uom",
        f"```text\n{signature('with_uom', decorating.with_uom)}\n```",
        described(decorating.with_uom),
        *_record(Call),
        *_record(Served),
        "## Warnings",
        table(["warning", ""], ([code(each.__name__), first_sentence(each)] for each in (ExtensionUsed, FaultNotMet))),
    )


def _plain(fixture: Any) -> Any:
    """The function that a fixture is made of."""
    return inspect.unwrap(fixture)


def _methods() -> Iterator[str]:
    for owner, name in _OWNERS:
        yield f"## {name}"
        if owner is Uom:
            yield f"```text\n{signature('Uom', Uom)}\n```"
        yield described(owner)
        for method, found in vars(owner).items():
            if method.startswith("_"):
                continue
            if isinstance(found, property):
                yield f"### {name}.{method}"
                yield described(found)
            elif callable(found):
                yield f"### {name}.{method}"
                yield f"```text\n{signature(method, getattr(owner, method), _CONSTANTS)}\n```"
                yield described(found)


def _record(kind: Any) -> Iterator[str]:
    yield f"## {kind.__name__}"
    yield described(kind)
    yield table(["attribute", "type"], ([code(each.name), code(type_of(each.type))] for each in fields(kind)))
    for name, found in vars(kind).items():
        if not name.startswith("_") and (isinstance(found, property) or inspect.isfunction(found)):
            yield f"### {kind.__name__}.{name}"
            yield described(found)
