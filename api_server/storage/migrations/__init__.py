"""Changes of the tables, in order; `schema_version` applies them."""
