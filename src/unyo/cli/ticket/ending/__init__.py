"""How a command ends when something fails: an exit status and one sentence."""
