"""One file for each change: `<revision>_<what>.py`, never edited once released."""
