"""The API, version 1: the same services as the pages, spoken in JSON, with errors as problem+json (RFC 9457)."""
