"""Forms that could not be taken as they came, kept for who typed them."""
