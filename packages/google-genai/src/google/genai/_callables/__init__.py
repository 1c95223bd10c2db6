"""Reading of callables that a model may call, and of tools of MCP servers.

`signature` reads the parameters of a callable, `docstrings` their descriptions; `declaration` makes of both what a
model is told, `arguments` converts what the model sends in a call. `mcp` declares tools of MCP servers. Nothing is
called here.
"""
