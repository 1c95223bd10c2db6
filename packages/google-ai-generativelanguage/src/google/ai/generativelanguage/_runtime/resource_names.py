"""Resource names: texts from their parts, and parts from texts."""

from __future__ import annotations

import re


def parse_resource_path(pattern: str, path: str) -> dict[str, str]:
    """Return the parts of a resource name; empty if it does not match the pattern."""
    expression = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(pattern))
    match = re.match(f"^{expression}$", path)
    return match.groupdict() if match else {}


class CommonResourceNames:
    """The resource names of Google Cloud that every client knows."""

    @staticmethod
    def common_billing_account_path(billing_account: str) -> str:
        """Return `billingAccounts/{billing_account}`."""
        return f"billingAccounts/{billing_account}"

    @staticmethod
    def parse_common_billing_account_path(path: str) -> dict[str, str]:
        """Return the parts of the resource name of a billing account; empty if it is another name."""
        return parse_resource_path("billingAccounts/{billing_account}", path)

    @staticmethod
    def common_folder_path(folder: str) -> str:
        """Return `folders/{folder}`."""
        return f"folders/{folder}"

    @staticmethod
    def parse_common_folder_path(path: str) -> dict[str, str]:
        """Return the parts of the resource name of a folder; empty if it is another name."""
        return parse_resource_path("folders/{folder}", path)

    @staticmethod
    def common_organization_path(organization: str) -> str:
        """Return `organizations/{organization}`."""
        return f"organizations/{organization}"

    @staticmethod
    def parse_common_organization_path(path: str) -> dict[str, str]:
        """Return the parts of the resource name of an organization; empty if it is another name."""
        return parse_resource_path("organizations/{organization}", path)

    @staticmethod
    def common_project_path(project: str) -> str:
        """Return `projects/{project}`."""
        return f"projects/{project}"

    @staticmethod
    def parse_common_project_path(path: str) -> dict[str, str]:
        """Return the parts of the resource name of a project; empty if it is another name."""
        return parse_resource_path("projects/{project}", path)

    @staticmethod
    def common_location_path(project: str, location: str) -> str:
        """Return `projects/{project}/locations/{location}`."""
        return f"projects/{project}/locations/{location}"

    @staticmethod
    def parse_common_location_path(path: str) -> dict[str, str]:
        """Return the parts of the resource name of a location; empty if it is another name."""
        return parse_resource_path("projects/{project}/locations/{location}", path)
