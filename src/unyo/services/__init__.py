"""Use cases: one function per command or query, plain and synchronous; both doors call them."""
