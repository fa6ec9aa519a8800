"""`unyo ticket edit`: a ticket as a file in an editor."""
