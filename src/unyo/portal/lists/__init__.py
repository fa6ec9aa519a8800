"""Lists of tickets: what their addresses ask for, and the filters and views that write them."""
