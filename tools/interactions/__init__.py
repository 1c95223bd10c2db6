"""The types of interactions, agents, credentials, decisions, environments, triggers, voices and webhooks as data, and the generator of their modules.

The JSON files in this folder state each type once, one file per module of `google/genai/_interactions/types/models/`. In a file, `enums`
maps a name to its values, `unions` a name to its members, `types` a name to its fields. `doc` is the documentation.

A module is loaded when the first value of one of its types is checked (`google/genai/_interactions/types/_later.py`). Types that
programs use together are in one file, and types that few programs use are in a file of their own.

- An enum is open unless `closed` is set: other strings are accepted, and kept.
- A union has a `type`, or a `discriminator` with `variants`. An `open` union has one more member, `Unknown` and its name;
  `otherwise` names another type for it. `items` is the type by which the items of several lists are read.
- A field has a `type`, or a `const`, which is its only value. `wire` is its name in requests and replies, if it differs.
- An item of `aliases` is a second name, for programs written for other clients; `of` is the first one.
- `twin` is the suffix of the TypedDict: `Param` for what a request contains, `TypedDict` for the rest.
- `class` is the name of a class for programs, if another type of the facts has this name too, and `public` its public module.
- `base` is the class of `_interactions/types/_behaviour.py` from which a type derives.
"""
