"""Callables as tools for a model: signatures, declarations and arguments; and declarations of the tools of MCP servers.

`signature` reads the parameters of a callable, `docstrings` their descriptions. `declaration` creates the declaration
for the model from both. `arguments` converts the arguments in a function call of the model. `mcp` declares tools of MCP
servers. No callable runs here.
"""
