"""The page: static files of this package, served by the API server."""
