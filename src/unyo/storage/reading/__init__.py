"""Tickets and lists, each read in one snapshot beside the writer."""
