"""What the tests stand on: databases, desks, signed calls, the cast of the demonstration."""
