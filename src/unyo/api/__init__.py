"""ASGI for the wire: the life of one call as a list of steps, and the few pages of a server about itself."""
