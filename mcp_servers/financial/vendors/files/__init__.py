"""The offline vendor in its `files` form: the user's own bars, out of CSV and Parquet files in a folder."""
