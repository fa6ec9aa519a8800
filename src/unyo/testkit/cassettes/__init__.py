"""Calls recorded at an endpoint, and what unyo answers to the same calls."""
