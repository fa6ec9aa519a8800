"""The fixtures that pytest finds by itself once `unyo[testkit]` is installed."""
