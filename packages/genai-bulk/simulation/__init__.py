"""Programs that run the limiter in virtual time."""
