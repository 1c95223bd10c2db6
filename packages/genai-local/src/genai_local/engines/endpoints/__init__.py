"""Engines that talk to an OpenAI-compatible endpoint, over the network or on a llama.cpp server in this process."""
