"""The path of the discovery document: a description of the methods of files, in the form of Google's API discovery service.

`google-generativeai` uploads files with `google-api-python-client`, which creates its methods from this document.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...framework.routing import GEMINI_VERSIONS, RequestContext, Route
from ...protocol.errors import JsonObject, invalid
from ...protocol.messages import API

_SCALARS: Mapping[str, JsonObject] = {
    "string": {"type": "string"},
    "int": {"type": "string", "format": "int64"},
    "timestamp": {"type": "string", "format": "google-datetime"},
    "struct": {"type": "object", "additionalProperties": {"type": "any"}},
}
_QUERY: Mapping[str, JsonObject] = {
    "alt": {"type": "string", "location": "query", "default": "json", "description": "Form of the reply."},
    "key": {"type": "string", "location": "query", "description": "API key."},
    "prettyPrint": {"type": "boolean", "location": "query", "default": "true", "description": "Has no effect."},
}
_NAME: JsonObject = {"type": "string", "location": "path", "required": True, "pattern": "^files/[^/]+$"}
_PAGE: Mapping[str, JsonObject] = {
    "pageSize": {"type": "integer", "format": "int32", "location": "query"},
    "pageToken": {"type": "string", "location": "query"},
}


async def describe(context: RequestContext) -> JsonObject:
    """Answer GET `$discovery/rest` with the methods of files in the version of the query, `v1beta` by default.

    Raises:
        ApiError: 400 for an unknown version.
    """
    version = context.request.query_params.get("version", "v1beta")
    if version not in GEMINI_VERSIONS:
        raise invalid("version", f"expected one of {', '.join(GEMINI_VERSIONS)}, not {version!r}.")
    root = f"{context.request.url.scheme}://{context.request.url.netloc}/"
    return {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "id": f"generativelanguage:{version}",
        "name": "generativelanguage",
        "version": version,
        "title": "Gemini API of genai-local",
        "description": "The methods of files. The other methods of this server are not described here.",
        "protocol": "rest",
        "rootUrl": root,
        "servicePath": "",
        "baseUrl": root,
        "parameters": dict(_QUERY),
        "schemas": _schemas(),
        "resources": {"media": {"methods": {"upload": _upload(version)}}, "files": {"methods": _files(version)}},
    }


def _upload(version: str) -> JsonObject:
    path = f"{version}/files"
    protocol: JsonObject = {"multipart": True, "path": f"/upload/{path}"}
    return {
        **_method("media.upload", "POST", path, {}, "CreateFileResponse"),
        "description": "Creates a file of the uploaded bytes.",
        "request": {"$ref": "CreateFileRequest"},
        "supportsMediaUpload": True,
        "mediaUpload": {"accept": ["*/*"], "protocols": {"simple": protocol, "resumable": protocol}},
    }


def _files(version: str) -> JsonObject:
    one = f"{version}/{{+name}}"
    return {
        "list": _method("files.list", "GET", f"{version}/files", _PAGE, "ListFilesResponse"),
        "get": _method("files.get", "GET", one, {"name": _NAME}, "File"),
        "delete": _method("files.delete", "DELETE", one, {"name": _NAME}, "Empty"),
    }


def _method(name: str, verb: str, path: str, parameters: Mapping[str, JsonObject], response: str) -> JsonObject:
    order = [key for key, parameter in parameters.items() if parameter.get("required")]
    return {
        "id": f"generativelanguage.{name}",
        "httpMethod": verb,
        "path": path,
        "parameters": dict(parameters),
        "parameterOrder": order,
        "response": {"$ref": response},
    }


def _schemas() -> JsonObject:
    file: JsonObject = {"$ref": "File"}
    return {
        "File": _schema("File", {field.name: _SCALARS[field.type] for field in API.messages["File"]}),
        "CreateFileRequest": _schema("CreateFileRequest", {"file": file}),
        "CreateFileResponse": _schema("CreateFileResponse", {"file": file}),
        "ListFilesResponse": _schema(
            "ListFilesResponse",
            {"files": {"type": "array", "items": file}, "nextPageToken": {"type": "string"}},
        ),
        "Empty": _schema("Empty", {}),
    }


def _schema(name: str, properties: JsonObject) -> JsonObject:
    return {"id": name, "type": "object", "properties": properties}


ROUTES = [Route("gemini", "GET", "$discovery/rest", describe, has_version=False)]
