"""Schemas of Python annotations and their translation between JSON Schema and the service's own form.

How is a Python annotation turned into a schema?

- As the parameter of a function: `parameters.annotation_form` writes the service's form from the annotation;
  `_callables.declaration` makes a declaration of it.
- As the `response_schema` of a request: `responses.form_of` takes pydantic's JSON Schema of the annotation, and
  `service_form.response_form` translates it.

Either way, a schema that the service's form cannot express is sent as JSON Schema (`service_form.NotExpressible`).
Below these are `annotations` (what an annotation contains, and what pydantic accepts) and `json_schema` (keywords,
references). Schemas are plain dicts here; only `responses` makes a `types.Schema`.
"""
