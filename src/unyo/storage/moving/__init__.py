"""Whole databases as files, and back: backups, exports, another key."""
