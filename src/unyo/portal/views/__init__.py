"""What each page does, a module a verb: it reads, asks a use case, and shows."""
