"""The ports on SQLAlchemy Core: SQLite on one box, PostgreSQL when it is outgrown."""
