"""Auth tokens: keys for a limited number of Live sessions, with an expiry time and an optional fixed setup."""
