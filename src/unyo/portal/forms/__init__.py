"""Forms made of the parameter tables: what they show, what was typed and is wrong, the command that it makes."""
