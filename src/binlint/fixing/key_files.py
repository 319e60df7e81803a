"""Private keys as files of their own, for clients that take a path: planned, written and read back.

The contract with whoever plans: a `Setting` with `as_file=True` has the text of a key in PEM form as its
value. It is saved beside the project's files, and the variable of that name holds the path of the file.
The path is absolute, because a program may be started in any directory.
"""
