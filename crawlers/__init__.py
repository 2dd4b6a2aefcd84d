"""Fetch: the only package that talks to the web. Bytes go to the archive; nothing here reads what they mean."""
