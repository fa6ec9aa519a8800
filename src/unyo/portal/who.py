"""Who may see a page."""

from enum import Enum, auto

from unyo.tickets.directory import Right


class Who(Enum):
    """Who may see a page beside those who hold a right."""

    ANYONE = auto()
    """Nobody need be signed in."""
    PERSON = auto()
    """Whoever is signed in, even without a service code yet."""


Needs = Who | Right
