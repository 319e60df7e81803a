"""How much work one question may cost, in one place. Running out means "unknown" and is counted.

Hostile input attacks constant folding: `"x" * 10**10`, sixty doublings, forty branches in a row.
"""

from typing import NamedTuple

STEPS = 20_000  # expressions evaluated for one question; real code needs a few hundred
FILE_STEPS = 2_000_000  # for all questions about one file; about five seconds
RELATED_STEPS = 50_000  # for a file that is traced for another one's sake: a tenth of a second
ALTERNATIVES = 24  # values that one expression may have; more is not a set of accounts but a product
LENGTH = 16_384  # characters of a computed text; an RSA-4096 key in PEM has 3,300
DEPTH = 90  # nested evaluations: each costs about four Python frames of the thousand there are
CALLS = 10  # calls inside calls that are followed
CONTEXTS = 48  # ways into one function that are told apart
ITEMS = 2_000  # items of one sequence or dict that are looked at
NAMES = 20_000  # different names of values that are read: about a second
ORIGINS = 256  # literals that one text is known to be made of; a key in PEM has about 60 lines

# Of the linker, for one file that is traced:
VISITED = 2_000  # importers of importers that are gone through for one question, who calls this
NAMES_OF_ONE = 100  # names for the same thing; each is looked for in the bytes of every importer
HOPS = 3  # imports that are followed from a file that reads a credential of which no client is known
RELATED = 100  # files that are traced for each of these hops
CHAIN = 8  # wrappers around wrappers that are told apart by their callers; people write three
KEPT = 400  # compiled files in memory, some 20 kB each
WRITERS = 32  # files that are asked for what they put into a variable of the environment, as they say
MAKERS = 8  # and files that put something there under a name that they do not say


class Reach(NamedTuple):
    """How many other files may be compiled: in all, and for one question, who calls this.

    By chance many files of a large application mention a name. What is looked for is near.
    """

    modules: int
    users: int


FAR = Reach(150, 32)  # where the project holds something that is shaped like a key
NEAR = Reach(40, 12)  # where it does not, so that only an odd literal or a placeholder could be found
