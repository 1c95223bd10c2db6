"""countTokens and computeTokens."""
