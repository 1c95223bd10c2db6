"""Auth tokens: keys for Live sessions that expire, are good for so many of them, and may fix how these are set up."""
