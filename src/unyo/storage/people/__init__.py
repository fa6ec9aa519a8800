"""What is kept of people: a module for each of the ports in `services.people`."""

from .attempts import SqlAttempts
from .choices import SqlChoices
from .invitations import SqlInvitations
from .keeping import Keeping
from .passwords import SqlPasswords
from .presence import SqlPresence
from .sessions import SqlSessions

__all__ = ["Keeping", "SqlChoices", "SqlPeople", "SqlPresence"]


class SqlPeople(SqlPasswords, SqlInvitations, SqlSessions, SqlAttempts):
    """The port People."""
