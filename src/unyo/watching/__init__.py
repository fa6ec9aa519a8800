"""Who watches a server: its figures, its log lines, its traces. What is watched knows only the port in ``services``."""
