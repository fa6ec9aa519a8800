"""What the portal has of HTTP and of browsers: no page, no ticket."""
