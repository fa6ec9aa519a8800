"""The flags of the commands, made of the parameter tables, and what a shell offers for them."""
