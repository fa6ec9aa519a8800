"""The page about the API that the server shows under ``/docs``, derived from the tables that validate."""
