class LocalError(Exception):
    """The local servers cannot be had; its text tells the reader why and what to do."""
