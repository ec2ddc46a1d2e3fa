"""The kernel's walls around a child, one module each: `apply` puts it up in the calling process."""
