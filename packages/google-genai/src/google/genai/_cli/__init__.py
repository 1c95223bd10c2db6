"""The command line `genai`. `main` is the entry point; a command is a module in `commands/`, and is imported when it runs."""
