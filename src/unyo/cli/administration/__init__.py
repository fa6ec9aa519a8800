"""The commands that say who may call and see what."""
