"""The writer: what has queued up is decided and written as a group, in one transaction."""
