"""How much work one question may cost, in one place. Running out means "unknown" and is counted.

Hostile input attacks constant folding: `"x" * 10**10`, sixty doublings, forty branches in a row.
"""

STEPS = 20_000  # expressions evaluated for one question; real code needs a few hundred
FILE_STEPS = 2_000_000  # for all questions about one file; about five seconds
ALTERNATIVES = 24  # values that one expression may have; more is not a set of accounts but a product
LENGTH = 16_384  # characters of a computed text; an RSA-4096 key in PEM has 3,300
DEPTH = 90  # nested evaluations: each costs about four Python frames of the thousand there are
CALLS = 10  # calls inside calls that are followed
CONTEXTS = 48  # ways into one function that are told apart
ITEMS = 2_000  # items of one sequence or dict that are looked at
NAMES = 20_000  # different names of values that are read: about a second
ORIGINS = 256  # literals that one text is known to be made of; a key in PEM has about 60 lines

# Of the linker, for one file that is traced:
MODULES = 300  # other files that are compiled: the way of one credential through a large application
USERS = (
    48  # files that one question, who calls this, compiles; those that mention the name by chance included
)
VISITED = 2_000  # importers of importers that are gone through for it
CHAIN = 8  # wrappers around wrappers that are told apart by their callers; people write three
KEPT = 400  # compiled files in memory, some 20 kB each
DATA = 1_000_000  # characters of a file of data; settings are small
WRITERS = 32  # files that are asked for what they put into the environment
