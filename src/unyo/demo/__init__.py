"""The demonstration: its data, and the vendor page's own sample carried out before a person's eyes."""
