"""The wire protocol as pure functions, shared by the server and every client: signature, JSON, envelopes, actions."""
