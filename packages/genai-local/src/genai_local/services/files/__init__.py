"""Files of the Developer API: uploaded, listed, read, deleted; what the server made is downloaded from here as well."""
