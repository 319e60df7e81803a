"""The baseline: old findings that a project knows of and does not want to hear of again.

`place` says where the file is, `entries` what it looks like, `prints` how a value is known without being
told, `match` which findings are old, `update` what the file should say next. Nothing here writes.
"""
