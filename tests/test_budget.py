"""Programs that make an evaluator explode end soon as unknown, and what stands beside them is still found."""

from __future__ import annotations

import base64
from functools import partial
from itertools import pairwise

import pytest
from hostile import Batches, Hostile


def _doublings(count: int, operation: str = "{0} + {0}") -> str:
    names = [f"v{n}" for n in range(count + 1)]
    lines = [f'{names[0]} = "x"']
    lines += [f"{after} = {operation.format(before)}" for before, after in pairwise(names)]
    return "\n".join([*lines, f"Client({names[-1]}, {names[-1]})"])


def _branches(count: int, then: str = "v = v + 'a'", otherwise: str = "v = v + 'b'") -> str:
    lines = ["v = ''"]
    for number in range(count):
        lines += [f"if c{number}:", f"    {then}", "else:", f"    {otherwise}"]
    return "\n".join([*lines, "Client(v, v)"])


def _nested_choices(count: int) -> str:
    text = "'a'"
    for number in range(count):
        text = f"('b{number}' if c{number} else {text})"
    return f"Client({text}, {text})"


def _wrappers(levels: int, callers: int, fan: int = 1) -> str:
    lines = ["def w0(key, secret):", "    return Client(key, secret)"]
    for level in range(1, levels):
        lines.append(f"def w{level}(key, secret):")
        lines += [f"    w{level - 1}(key, secret)"] * fan
        lines.append(f"    return w{level - 1}(secret=secret, key=key)")
    calls = [f"w{levels - 1}('key-{n}', 'secret-{n}')" for n in range(callers)]
    return "\n".join(lines + calls)


def _call_tree(levels: int) -> str:
    """Each function calls the one below twice: a million calls from twenty functions."""
    lines = ["def t0(x):", "    return x"]
    for level in range(1, levels):
        lines += [f"def t{level}(x):", f"    return t{level - 1}(x) + t{level - 1}(x + 'a')"]
    return "\n".join([*lines, f"Client(t{levels - 1}('a'), t{levels - 1}('b'))"])


def _class_chain(count: int) -> str:
    lines = ["class A0(Client): pass"]
    lines += [f"class A{n}(A{n - 1}): pass" for n in range(1, count)]
    return "\n".join([*lines, f"A{count - 1}('a', 'b')"])


def _diamonds(count: int) -> str:
    lines = ["class D0: pass"]
    for n in range(1, count):
        lines += [
            f"class L{n}(D{n - 1}): pass",
            f"class R{n}(D{n - 1}): pass",
            f"class D{n}(L{n}, R{n}): pass",
        ]
    return "\n".join([*lines, f"D{count - 1}().key", f"Client(D{count - 1}.key, D{count - 1}().secret)"])


def _nested_base64(count: int) -> str:
    data, text = b"x" * 48, ""
    for _ in range(min(count, 12)):
        data = base64.b64encode(data)
    text = repr(data.decode())
    for _ in range(count):
        text = f"base64.b64decode({text})"
    return f"import base64\nv = {text}\nClient(v, v)"


def _dict_merges(count: int) -> str:
    lines = ["d = {'key': 'a'}"] + [f"d = {{**d, 'k{n}': d['key'], **d}}" for n in range(count)]
    return "\n".join([*lines, "Client(d['key'], d['k1'])", "Client(**d)"])


def _updates(count: int) -> str:
    lines = ["d = {}"] + [f"d.update({{'k{n}': 'v{n}'}})" for n in range(count)]
    return "\n".join([*lines, "Client(d['k1'], d.get('k2'))"])


def _mutual(count: int) -> str:
    lines = []
    for n in range(count):
        lines += [f"def m{n}(x, y=None):", f"    return m{(n + 1) % count}(x, y) or m{(n + 7) % count}(y, x)"]
    return "\n".join([*lines, "Client(m0('a'), m1('b'))"])


def _every_argument_a_call(depth: int) -> str:
    text = "'a'"
    for _ in range(depth):
        text = f"str({text})"
    return f"Client({text}, {text})"


def _objects(count: int) -> str:
    lines = [
        "class Node:",
        "    def __init__(self, key, next=None):",
        "        self.key = key",
        "        self.next = next",
    ]
    lines += ["n0 = Node('a')"] + [f"n{n} = Node(n{n - 1}.key, n{n - 1})" for n in range(1, count)]
    walk = ".next" * min(count, 50)
    return "\n".join([*lines, f"Client(n{count - 1}.key, n{count - 1}{walk}.key)"])


def _loops(depth: int) -> str:
    lines = ["v = 'a'"]
    for n in range(depth):
        lines.append("    " * n + f"for i{n} in range(10):")
        lines.append("    " * (n + 1) + "v = v + v")
    return "\n".join([*lines, "Client(v, v)"])


BOMBS: dict[str, str] = {
    "times": 'Client("x" * 10**10, 10**10 * "x")',
    "times a variable": 'n = 10\nn = n ** n ** n\nClient("x" * n, "y" * 9999999999)',
    "times a list": "v = ['x'] * 10**10\nClient(v[0], ''.join(v))",
    "times negative": 'Client("x" * -1, "y" * 0)',
    "percent width": 'Client("%9999999999s" % "x", "%-9999999999s" % ("y",))',
    "percent star": 'Client("%*s" % (9999999999, "x"), "%.*f" % (9999999999, 1.0))',
    "percent many": "Client("
    + repr("%s" * 100_000)
    + ' % ("x",), '
    + repr("%(a)s" * 50_000)
    + ' % {"a": "bc"})',
    "format width": 'Client("{:>9999999999}".format("x"), f"{\'x\':>9999999999}")',
    "format nested": 'Client("{:{}}".format("x", 9999999999), "{0.__class__.__mro__}".format("x"))',
    "format many": "Client("
    + repr("{0}" * 100_000)
    + '.format("abc"), '
    + repr("{}" * 100_000)
    + '.format("x"))',
    "ljust": 'Client("x".ljust(10**10), "x".center(9999999999), )\nClient("x".zfill(10**10), "x".rjust(10**9))',
    "expandtabs": 'Client("\\t".expandtabs(10**9), ("\\t" * 9999).expandtabs(10**6))',
    "replace": 'v = "x" * 9999\nv = v.replace("x", v).replace("x", v)\nClient(v, v.replace("", v))',
    "join": 'v = "y" * 9999\nClient(v.join(v), v.join([v] * 9999))',
    "join of many parts": "v = ''.join([" + "'x', " * 100_000 + "])\nClient(v, v)",
    "join of many names": "n = 'x'\nv = ''.join([" + "n, " * 20_000 + "])\nClient(v, v)",
    "encode": 'v = ("x" * 16000).encode("utf-32").hex().encode("utf-32").hex()\nClient(v, v)',
    "big integer": 'v = 10 ** 10 ** 10\nClient(str(v), "%d" % v)\nClient("x" * (1 << 10**9), v)',
    "literal of many digits": "v = " + "9" * 100_000 + "\nClient('x' * v, str(v))",
    "slices": 'v = "abc" * 5000\nClient(v[::-1][:10**10:1], v[10**10:][::0])',
    "sixty doublings": _doublings(60),
    "sixty doublings by format": _doublings(60, 'f"{{{0}}}{{{0}}}"'),
    "sixty doublings by percent": _doublings(60, '"%s%s" % ({0}, {0})'),
    "sixty doublings by join": _doublings(60, '"".join([{0}, {0}])'),
    "sixty doublings of lists": _doublings(60, "[{0}, {0}]"),
    "sixty doublings of tuples": _doublings(60, "({0}) + ({0})"),
    "sixty doublings of dicts": _doublings(60, '{{"a": {0}, "b": {0}}}'),
    "sixty doublings of calls": "def f(a, b): return a + b\n" + _doublings(60, "f({0}, {0})"),
    "sixty doublings of choices": _doublings(60, "({0} or {0} + 'a')"),
    "sixty doublings by lambda": _doublings(60, "(lambda a: a + a)({0})"),
    "five hundred doublings": _doublings(500),
    "cyclic names": "a = b\nb = c\nc = a\nClient(a, b)\ndef f():\n    global x, y\n    x = y\n    y = x + x\n    Client(x, y)",
    "cyclic in a loop": "a = b = 'x'\nwhile True:\n    a, b = b + a, a + b\n    Client(a, b)",
    "cyclic attributes": "class A:\n    def __init__(self):\n        self.a = self.b\n        self.b = self.a + self.c\n"
    "        self.c = self.a\nClient(A().a, A().b)",
    "cyclic containers": "a = {}\na['a'] = a\na['b'] = a['a']['b']\nl = []\nl.append(l)\nl.extend(l)\nl += l\n"
    "Client(a['a']['b'], l[0][0][0])\nClient(*l, **a)",
    "cyclic classes": "class A(B): pass\nclass B(C): pass\nclass C(A): pass\nClient(A().key, C.secret)\nA('x', 'y')",
    "class that is its own base": "class A(A): x = A.x\nClient(A.x, A().x)\nA('x', 'y')",
    "class chain": _class_chain(500),
    "diamonds": _diamonds(30),
    "self-recursive function": "def f(x): return f(x + 'a')\nClient(f('a'), f(f('b')))",
    "self-recursive with branches": "def f(x, n):\n    return x if n else f(x + 'a', n) + f(x, n) + f(f(x, n), n)\n"
    "Client(f('a', 1), f('b', 2))",
    "self-recursive lambda": "f = lambda x: f(f(x)) + f(x)\nClient(f('a'), f('b'))",
    "Y combinator": "Y = lambda f: (lambda x: f(lambda v: x(x)(v)))(lambda x: f(lambda v: x(x)(v)))\n"
    "g = Y(lambda s: lambda v: s(v + v))\nClient(g('a'), g('b'))",
    "omega": "Client((lambda x: x(x))(lambda x: x(x)), (lambda x: x(x) + x(x))(lambda x: x(x) + x(x)))",
    "mutually recursive functions": "def f(x): return g(x) + g(x)\ndef g(x): return f(x) + f(x)\nClient(f('a'), g('b'))",
    "forty mutually recursive functions": _mutual(40),
    "recursive client wrapper": "def f(key, secret):\n    f(secret, key)\n    f(key + secret, secret)\n    Client(key, secret)\n"
    "f('a', 'b')",
    "recursive generator": "def g(x):\n    yield x\n    yield from g(x + 'a')\n    for y in g(x):\n        yield y\nClient(*g('a'))",
    "recursive property": "class A:\n    @property\n    def key(self): return self.key + self.other\n"
    "    @property\n    def other(self): return self.key * 2\nClient(A().key, A().other)",
    "recursive decorator": "@d\ndef d(f): return d(f)\n@d\ndef k(): return k()\nClient(k(), d(k)())",
    "recursive default": "def f(x=f): return x(x)\nClient(f(), f(f))",
    "recursive partial": "import functools\np = functools.partial(p, 'a')\nq = functools.partial(functools.partial, q)\n"
    "Client(p(), q()())\np('b')",
    "recursive super": "class A:\n    def key(self): return super().key()\nclass B(A):\n"
    "    def key(self): return super().key() + A.key(self) + B.key(self)\nClient(B().key(), B().key())",
    "recursive getattr": "class A:\n    def __getattr__(self, n): return getattr(self, n + n)\nClient(A().a, getattr(A(), 'b'))",
    "call tree": _call_tree(24),
    "forty sequential branches": _branches(40),
    "forty sequential branches of values": _branches(40, "v = v or 'a'", "v = v or 'b'"),
    "three hundred sequential branches": _branches(300),
    "forty nested conditional expressions": _nested_choices(40),
    "forty conditional parts": "v = "
    + " + ".join(f"('a' if c{n} else 'b')" for n in range(40))
    + "\nClient(v, v)",
    "forty or parts": "v = " + " + ".join(f"(x{n} or 'b{n}')" for n in range(40)) + "\nClient(v, v)",
    "forty try blocks": "v = 'a'\n"
    + "try:\n    v = v + f()\n    v = v + 'b'\nexcept E:\n    v = v + 'c'\n" * 40
    + "Client(v, v)",
    "nested loops": _loops(15),
    "wrappers of wrappers": _wrappers(5, 200),
    "wrappers of wrappers with fan": _wrappers(5, 200, 10),
    "deep wrappers": _wrappers(60, 5),
    "two thousand clients": "\n".join(f"Client('key-{n}', 'secret-{n}')" for n in range(2_000)),
    "two thousand clients with names": "\n".join(
        f"k{n} = 'key-{n}'\ns{n} = k{n} + 'a'\nClient(k{n}, s{n})" for n in range(2_000)
    ),
    "two thousand clients of one name": "k = 'a'\n" + "k = k + 'b'\nClient(k, k)\n" * 2_000,
    "two thousand clients in functions": "\n".join(
        f"def f{n}(k, s):\n    return Client(k, s)" for n in range(2_000)
    ),
    "two thousand clients in one wrapper": "def w(k, s): return Client(k, s)\n"
    + "\n".join(f"w('key-{n}', 'secret-{n}')" for n in range(2_000)),
    "two thousand instances": "class A:\n    def __init__(self, k): self.k = k\n    def go(self): Client(self.k, self.k)\n"
    + "\n".join(f"A('key-{n}').go()" for n in range(2_000)),
    "two thousand entries": "clients = {"
    + ", ".join(f"'c{n}': Client('k{n}', 's{n}')" for n in range(2_000))
    + "}",
    "five hundred dict merges": _dict_merges(500),
    "dict merges in a loop": "d = {'a': 'b'}\nfor i in range(500):\n    d = {**d, **d, 'c': d}\n    d |= d\n    d.update(d)\n"
    "Client(d['a'], d['c']['a'])\nClient(**d)",
    "thousand updates": _updates(1_000),
    "thousand item assignments": "d = {}\n"
    + "\n".join(f"d['k{n}'] = d.get('k{n - 1}')" for n in range(1_000))
    + "\nClient(d['k9'], **d)",
    "thousand attribute assignments": "o = Client()\n"
    + "\n".join(f"o.a{n} = o.a{n - 1}" for n in range(1_000))
    + "\nClient(o.a9, o.a99)",
    "thousand augmentations": "v = ''\n" + "v += 'a'\n" * 1_000 + "Client(v, v)",
    "dict of 20000 entries": "d = {"
    + ", ".join(f"'k{n}': 'v{n}'" for n in range(20_000))
    + "}\nClient(d['k1'], d['k19999'])\n"
    "for k in d:\n    Client(k, d[k])\nClient(**d)",
    "list of 20000 items": "l = ["
    + ", ".join(f"'v{n}'" for n in range(20_000))
    + "]\nfor v in l:\n    Client(v, l[5])\nClient(*l)",
    "list of 5000 accounts": "l = ["
    + ", ".join(f"{{'key': 'k{n}', 'secret': 's{n}'}}" for n in range(5_000))
    + "]\n"
    "clients = [Client(a['key'], a['secret']) for a in l]\nfor a in l:\n    Client(**a)",
    "deeply nested data": "d = "
    + "{'a': [" * 45
    + "'x'"
    + "]}" * 45
    + "\nClient(d"
    + "['a'][0]" * 45
    + ", 'y')",
    "deeply nested JSON": "import json\nv = json.loads('"
    + '{"a": [' * 400
    + "1"
    + "]}" * 400
    + "')\nw = json.loads('"
    + "[" * 90_000
    + "')\nClient(v['a'][0]['a'], w[0])",
    "large JSON": "import json\nv = json.loads('["
    + ",".join(['"ab"'] * 15_000)
    + "]')\nClient(*v)\nfor w in v:\n    Client(w, w)",
    "comprehension product": "v = [a + b + c + d for a in x for b in x for c in x for d in x]\nx = ['p', 'q', 'r', 's', 't']\n"
    "y = [a + b for a in x for b in x for c in x for d in x for e in x for f in x]\nClient(*y)\nClient(y[0], v[1])",
    "comprehension of comprehensions": "x = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']\n"
    + "\n".join(
        f"x{n} = [p + q for p in {'x' if not n else f'x{n - 1}'} for q in {'x' if not n else f'x{n - 1}'}]"
        for n in range(8)
    )
    + "\nClient(*x7)\nfor k in x7:\n    Client(k, k)",
    "dict comprehension product": "x = [str(n) for n in ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')]\n"
    "d = {a + b + c: a for a in x for b in x for c in x}\ne = {a + b: b for a in d for b in d}\nClient(**e)\nClient(e['ab'], d['abc'])",
    "zip and enumerate": "x = ['a'] * 5\nx = ['a', 'b', 'c', 'd']\n"
    + "x = [p + q for p, q in zip(x + x, x + x)]\n" * 14
    + "x = list(enumerate(list(enumerate(x))))\nfor k, s in zip(x, x):\n    Client(k, s)",
    "itertools": "import itertools\nx = 'abcdefghijklmnopqrstuvwxyz'\np = itertools.product(x, repeat=64)\n"
    "q = itertools.permutations(x)\nr = itertools.chain(itertools.cycle(x), itertools.repeat('a'))\n"
    "Client(''.join(next(p)), ''.join(next(q)))\nClient(*r)\nfor k in itertools.count():\n    Client(str(k), x)",
    "starred": "a = ['x']\n" + "a = [*a, *a]\n" * 40 + "Client(*a)\n" + "b = (*a, *a)\nClient(*b, *b, *b)",
    "base64 fifty times": _nested_base64(50),
    "str fifty times": _every_argument_a_call(50),
    "linked objects": _objects(200),
    "sum of names": "\n".join(f"n{n} = 'x'" for n in range(1_000))
    + "\nv = "
    + " + ".join(f"n{n}" for n in range(1_000))
    + "\nClient(v, v)",
    "closures": "def f0(k):\n"
    + "".join("    " * n + f"def f{n}(k{n}):\n" for n in range(1, 20))
    + "    " * 20
    + "Client(k, k19)\n"
    + "".join(
        "    " * n + f"f{n}(k)\n    " + "    " * (n - 1) + f"f{n}(k + k)\n" for n in reversed(range(1, 20))
    )
    + "f0('a')",
    "environment": "import os\n"
    + "\n".join(
        f"os.environ['E{n}'] = os.environ['E{n - 1}'] + os.getenv('E{n + 1}', 'a')" for n in range(300)
    )
    + "\nClient(os.environ['E299'], os.environ['E0'])",
    "environment of itself": "import os\nos.environ['A'] = os.environ['A'] + os.environ['B']\nos.environ['B'] = os.environ.get('A', os.environ['B'])\n"
    "Client(os.environ['A'], os.getenv('B', os.environ['A']))",
    "options": "import argparse\np = argparse.ArgumentParser()\n"
    + "\n".join(
        f"p.add_argument('--a{n}', default=p.parse_args().a{n - 1} + p.parse_args().a{n + 1})"
        for n in range(200)
    )
    + "\na = p.parse_args()\nClient(a.a1, a.a199)",
    "handlers": "v = 'a'\n"
    + "".join("    " * n + "try:\n" + "    " * (n + 1) + "v = v + 'a'\n" for n in range(18))
    + "".join("    " * n + "except E:\n" + "    " * (n + 1) + "v = v + 'b'\n" for n in reversed(range(18)))
    + "Client(v, v)",
    "getattr chain": "import binance\nm = 'client'\n"
    + "m = getattr(binance, m) or m\n" * 60
    + "m.Client('a', 'b')",
    "rebound client": "C = Client\n" + "C = C if x else Client\n" * 100 + "C('a', 'b')",
    "walrus": "Client((a := (b := (a := 'x') + a) + b), (c := c + a))",
    "split": "v = ('a ' * 8000).split()\nw = ','.join(v).split(',')\nfor x in w:\n    Client(x, x)\nClient(*w)",
    "maps": "x = ['a', 'b', 'c']\n"
    + "x = list(map(lambda y: y + y, x))\n" * 30
    + "list(map(Client, x, x))\nClient(*x)",
    "threads": "import threading\ndef run(k, s):\n    Client(k, s)\n    threading.Thread(target=run, args=(s, k)).start()\n"
    * 30
    + "threading.Thread(target=run, args=('a', 'b')).start()",
    "matches": "v = 'a'\n"
    + "match x:\n    case 1: v = v + 'a'\n    case 2: v = v + 'b'\n    case _: v = v + 'c'\n" * 40
    + "Client(v, v)",
    "with items": "v = open('x')\n" + "with v as v, v as w:\n    v = v + w\n" * 40 + "Client(v, w)",
    "headers": "h = {}\n"
    + "h = {'X-MBX-APIKEY': h['X-MBX-APIKEY'] + h.get('a', 'b'), **h}\n" * 200
    + "Client(h, h)",
    "signatures": "import hmac\nk = 'a'\n"
    + "k = hmac.new(k.encode(), k.encode(), 'sha256').hexdigest() + k\n" * 300
    + "Client(k, k)",
}


@pytest.fixture(scope="module")
def batches(tmp_path_factory: pytest.TempPathFactory) -> Batches:
    return Batches(tmp_path_factory.mktemp("bombs"), 12, "concise")


@pytest.mark.parametrize("case", BOMBS)
def test_bombs(case: str, batches: Batches) -> None:
    batches.check(case, {name: partial(Hostile.of, middle=middle) for name, middle in BOMBS.items()})
