"""`unyo ticket`: tickets from the command line, of unyo or of the vendor's own endpoint, with the client alone."""
