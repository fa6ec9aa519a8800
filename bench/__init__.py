"""`make bench`: unyo against the bare database, in one run, over real HTTP."""
