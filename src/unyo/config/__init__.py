"""A server's settings: one typed table, and where its values come from."""
