"""generateContent and streamGenerateContent on both surfaces."""
