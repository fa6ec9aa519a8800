"""The page of one ticket: its values, its steps, its history."""
