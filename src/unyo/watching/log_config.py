"""How Python's logging is set up for a server; what writes its lines is imported once a server is to log."""

from typing import Any


def log_config(level: str = "INFO", form: str = "auto") -> dict[str, Any]:
    """The configuration of Python's logging; ``form`` is ``json``, ``console`` or ``auto``."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "unyo.watching.logs.formatter", "form": form}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {"unyo": {"level": level}, "uvicorn": {"level": level}},
    }
