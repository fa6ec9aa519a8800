"""`make proof`: what docs/guarantees.md promises, shown on real servers and databases, by seed."""
