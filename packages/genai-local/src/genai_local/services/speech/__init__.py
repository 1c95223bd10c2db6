"""Speech in replies: the voice that a `speechConfig` asks for, and replies of models that read a text aloud."""
