"""Somebody else saved while one typed: what both changed, and how it is put together."""
