"""What people have chosen, and the lists that they saved."""

from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa

from unyo.services.people import Chosen, SavedView
from unyo.storage.tables import preferences, saved_views

from .keeping import Keeping, put


class SqlChoices:
    """The port Choices."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping

    def chosen(self, master_id: str) -> Chosen:
        """What a person has chosen."""
        found = sa.select(preferences.c.language, preferences.c.theme, preferences.c.time_zone)
        with self._keeping.reading("reading preferences") as connection:
            row = connection.execute(found.where(preferences.c.master_id == master_id)).one_or_none()
        return Chosen() if row is None else Chosen(*row)

    def choose(self, master_id: str, chosen: Chosen) -> None:
        """Keep what a person chooses."""
        with self._keeping.writing("keeping preferences") as connection:
            put(connection, preferences, {"master_id": master_id}, asdict(chosen))

    def views(self, service_code: str, master_id: str) -> Sequence[SavedView]:
        """A person's saved lists in a service, by name."""
        found = sa.select(saved_views.c.name, saved_views.c.query).filter_by(
            service_code=service_code, master_id=master_id
        )
        with self._keeping.reading("reading saved lists") as connection:
            rows = connection.execute(found).all()
        # Sorted here, since databases sort texts by rules of their own.
        return sorted((SavedView(*row) for row in rows), key=lambda view: view.name)

    def save_view(self, service_code: str, master_id: str, view: SavedView) -> None:
        """Save a list."""
        key = {"service_code": service_code, "master_id": master_id, "name": view.name}
        with self._keeping.writing("saving a list") as connection:
            put(connection, saved_views, key, {"query": view.query})

    def delete_view(self, service_code: str, master_id: str, name: str) -> None:
        """Forget a saved list."""
        with self._keeping.writing("forgetting a saved list") as connection:
            connection.execute(
                sa.delete(saved_views).filter_by(service_code=service_code, master_id=master_id, name=name)
            )
