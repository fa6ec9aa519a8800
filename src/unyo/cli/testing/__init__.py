"""The commands for those who test their programs."""
