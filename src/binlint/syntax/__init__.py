"""Bytes of one file, decoded → its `Facts`: one module for each kind of file."""
