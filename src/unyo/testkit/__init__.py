"""A real desk for tests: conflicts, lost answers and missing rights in one line each."""
