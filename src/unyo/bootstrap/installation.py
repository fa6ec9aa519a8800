"""An installation's database and key, opened and checked."""

from unyo.config.settings import Settings
from unyo.config.table import TABLE
from unyo.storage import administration
from unyo.storage.administration import NotPossible
from unyo.storage.engine import Engines, open_engines, parse_url
from unyo.storage.errors import storage_errors
from unyo.storage.keyring import Keyring, read_key
from unyo.storage.migrations import State, standing_of


def serving_store(settings: Settings) -> tuple[Engines, Keyring]:
    """The database and key of a real installation that can be served.

    Raises:
        NotPossible, WrongKey, UnusableDatabase, StorageFailed: it cannot be; the message says what to do.
    """
    keyring = read_keyring(settings)
    engines = migrated_database(settings.database)
    check_installation(engines, keyring)
    return engines, keyring


def check_installation(engines: Engines, keyring: Keyring) -> None:
    """Check that a migrated database is a real installation, and that this key opens its secrets.

    Raises:
        NotPossible, WrongKey, StorageFailed: it is not; the message says what to do.
    """
    with storage_errors("checking the installation"), engines.reading.begin() as connection:
        if administration.is_demo(connection):
            raise NotPossible(administration.PUBLISHED)
        administration.check_key(connection, keyring)


def migrated_database(url: str, *, exactly: bool = False) -> Engines:
    """A database whose tables this release can use: its own, or those that a newer release has expanded.

    ``exactly`` refuses the latter, for what must not leave out anything that is in the tables.

    Raises:
        NotPossible, UnusableDatabase, StorageFailed: they are not; the message says what to do.
    """
    engines = open_engines(parse_url(url), create=False)
    found = standing_of(engines.reading)
    trouble = found.trouble
    if exactly and found.state is State.AHEAD:
        trouble = (
            f"the database has the tables of a newer release (revision {found.revision}): do this with that release"
        )
    if trouble:
        engines.dispose()
        raise NotPossible(trouble)
    return engines


def read_keyring(settings: Settings) -> Keyring:
    """The key that opens the stored secrets.

    Raises:
        NotPossible: there is no such file.
        WrongKey: what is there is no key.
    """
    if settings.secret_key is not None:
        return Keyring(settings.secret_key.get_secret_value())
    try:
        path = settings.secret_key_file
        return Keyring(read_key(path), lambda: read_key(path))
    except OSError as error:
        raise NotPossible(
            f"the key file {settings.secret_key_file} cannot be read ({error.strerror}): give the file that "
            f"`unyo init` made, or the key in {TABLE['secret_key'].variable}"
        ) from None
