"""Live music, which is synthetic: composed by rules and made of sine waves and noise, without a model."""
