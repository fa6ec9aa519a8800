"""The composition root: the one place where real things are chosen and wired."""
