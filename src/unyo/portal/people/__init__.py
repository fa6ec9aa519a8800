"""Who is signed in: how they are let in, and the page of their settings."""
