"""The portal: people work the same tickets in a browser, by the same rules."""
