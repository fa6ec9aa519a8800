"""Which pages are open, and who is told of what."""
