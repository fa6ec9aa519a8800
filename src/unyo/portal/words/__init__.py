"""What the portal says, in two languages."""
