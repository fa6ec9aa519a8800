"""All that is administered as one YAML file: written, read with the place of every mistake, compared with what is."""
