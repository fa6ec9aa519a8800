"""The keyboard shortcuts: one table, from which the script, the help sheet and the palette take what they know."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from unyo.tickets.directory import Right

from .words.language import marked as _


class Does(StrEnum):
    """What a shortcut does with what it leads to."""

    GO = "go"
    """It goes to a page."""
    PRESS = "press"
    """It presses what is there, or puts the cursor into it."""
    OPEN = "open"
    """It opens a dialog, or closes it."""
    STEP = "step"
    """It moves down a list by a number of rows, or up where that is negative."""
    SEND = "send"
    """It sends the form that one types into."""
    BROWSER = ""
    """Browsers do it themselves; it is only told."""


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut: its keys, what it is called, and what it does.

    Each of ``keys`` is enough: keys to be pressed one after the other have a blank between them, keys to be held
    together a plus. ``to`` is an address, a selector, the ID of a dialog, or a number of rows.
    """

    keys: tuple[str, ...]
    says: str
    does: Does
    to: str = ""
    needs: Right = Right.READ


@dataclass(frozen=True, slots=True)
class Where:
    """Where shortcuts can be used."""

    title: str
    shortcuts: tuple[Shortcut, ...]


PLACES: Final = (
    Where(
        _("Everywhere"),
        (
            Shortcut(("Ctrl+K", "⌘+K"), _("Command palette"), Does.OPEN, "palette"),
            Shortcut(("/",), _("Find tickets"), Does.PRESS, "#search"),
            Shortcut(("g h",), _("My work"), Does.GO, "/"),
            Shortcut(("g t",), _("Tickets"), Does.GO, "/tickets"),
            Shortcut(("c",), _("New ticket"), Does.GO, "/tickets/new", Right.WRITE),
            Shortcut(("g s",), _("Settings"), Does.GO, "/settings"),
            Shortcut(("?",), _("Keyboard shortcuts"), Does.OPEN, "keys"),
            Shortcut(("Esc",), _("Close what is open"), Does.BROWSER),
        ),
    ),
    Where(
        _("In a list"),
        (
            Shortcut(("j", "↓"), _("Next ticket"), Does.STEP, "1"),
            Shortcut(("k", "↑"), _("Previous ticket"), Does.STEP, "-1"),
            Shortcut(("Enter",), _("Open the ticket"), Does.BROWSER),
        ),
    ),
    Where(
        _("On a ticket"),
        (
            Shortcut(("e",), _("Edit the ticket"), Does.PRESS, "[data-command=edit]", Right.WRITE),
            Shortcut(("m",), _("Write a memo"), Does.PRESS, "[data-command=memo]", Right.WRITE),
        ),
    ),
    Where(
        _("In a form"),
        (Shortcut(("Ctrl+Enter", "⌘+Enter"), _("Send the form"), Does.SEND, "", Right.WRITE),),
    ),
)
"""All of them, as the help sheet shows them."""
