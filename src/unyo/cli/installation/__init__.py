"""The commands by which an installation is made, looked after and moved."""
