"""The domain: tickets, their rules and their words. No HTTP, no SQL, no clock of its own."""
