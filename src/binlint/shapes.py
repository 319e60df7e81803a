"""What a string is: key-shaped, a private key, a placeholder, a reference, a digest, or something else.

Nothing here knows where the string stands or what it is called; `names` and `flow` do. All questions
are answered in time linear in the text, and `classify` looks at no more than `MAX_LENGTH` characters.

The numbers of the gate come from 200,000 random keys (docs: a random key never had less than 30
different characters, 21 changes of class or an entropy of 4.6 bits).
"""

from __future__ import annotations

import binascii
import math
import operator
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Iterator
from enum import Enum

MAX_LENGTH = 20_000  # an RSA-4096 key is 3,300 characters as PEM; a longer literal is a text, not a value


class Shape(Enum):
    """What a string is, as far as it can be told from the string."""

    KEY = "key-shaped"
    HEX = "64 hex digits"
    PRIVATE_KEY = "private key"
    ENCRYPTED_PRIVATE_KEY = "encrypted private key"
    PUBLIC_KEY = "public key"
    MALFORMED = "damaged key"
    PLACEHOLDER = "placeholder"
    SAMPLE = "documented example"
    EMPTY = "empty"
    VARIABLE = "name or reference"
    PATH = "path"
    DIGEST = "digest"
    MASKED = "masked value"
    OTHER = "other"


# What is a finding under a credential's name alone.
SECRETS = frozenset(
    {Shape.KEY, Shape.PRIVATE_KEY, Shape.ENCRYPTED_PRIVATE_KEY, Shape.PLACEHOLDER, Shape.SAMPLE}
)


def classify(text: str, samples: frozenset[str] = frozenset()) -> Shape:
    """What `text` is.

    `samples`: lower-case SHA-256 digests of documented examples. Compared with the text, the text
    without what surrounds it, and for PEM the body without line breaks and its first 64 characters.
    """
    if len(text) > MAX_LENGTH:
        return Shape.OTHER
    core = trimmed(text)
    if not core:
        return Shape.EMPTY if not text.strip(_BLANK) else Shape.PLACEHOLDER
    if samples and _is_sample(text, core, samples):
        return Shape.SAMPLE
    if "-----BEGIN" in core:
        shape = _strongest(kind for _, _, kind in pem_blocks(core))
        if shape is not None:
            return shape
    shape = _bare_key_material(_joined(core) if core.isprintable() or text[0] != "0" else _encoded(text))
    if shape is not None:
        return shape
    shape = _key_or_damaged(text, core)
    if shape is not None:
        return shape
    return _plain(text.strip(_BLANK), core)


def why(text: str, shape: Shape) -> str:
    """A short phrase of evidence for `shape`, without any part of the value."""
    if shape is Shape.PRIVATE_KEY or shape is Shape.ENCRYPTED_PRIVATE_KEY:
        form = "PEM" if "-----BEGIN" in text else "base64"
        return f"{shape.value} ({form})"
    if shape is Shape.PUBLIC_KEY:
        return "public key or certificate"
    if shape is Shape.MALFORMED:
        return _damage(text)
    return _REASONS[shape]


def trimmed(text: str) -> str:
    """What was meant to be copied: no white space, invisible characters, quotes or brackets around it."""
    return text.strip(_AROUND)


# White space of Unicode, byte order marks and zero-width characters: copying from a web page brings them.
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u180e\u0000"
_BLANK = (
    " \t\r\n\v\f\u0085\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000" + _INVISIBLE
)
_QUOTES = "\"'`\u00b4\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a\u300c\u300d"
_AROUND = _BLANK + _QUOTES + "<>()[]{},;:."

_REASONS = {
    Shape.KEY: "64 letters and digits, mixed",
    Shape.HEX: "64 hex digits",
    Shape.PLACEHOLDER: "a placeholder",
    Shape.SAMPLE: "an example from the documentation",
    Shape.EMPTY: "empty",
    Shape.VARIABLE: "the name of a variable or a reference",
    Shape.PATH: "a path or address",
    Shape.DIGEST: "a digest",
    Shape.MASKED: "a masked or shortened value",
    Shape.OTHER: "a literal",
}


# Keys


class Gate(Enum):
    """The least that a random string of a length shows: entropy, different characters, class changes."""

    WHOLE = (4.6, 29, 20)
    DAMAGED = (4.5, 27, 18)


_BASE62 = re.compile(r"[A-Za-z0-9]+")
_HEX = re.compile(r"[0-9a-f]{64}|[0-9A-F]{64}")
_DAMAGED_LENGTHS = range(61, 68)
_GAPS = re.compile(f"[{_BLANK}]+|\\\\[nrt]")


def looks_random(token: str, gate: Gate = Gate.WHOLE) -> bool:
    """Whether a token of ASCII letters and digits is mixed like a random key, and no filler."""
    if token.isalpha() or token.isdigit() or token.islower() or token.isupper():
        return False
    entropy, distinct, changes = gate.value
    counts = Counter(token)
    if len(counts) < distinct or _entropy(counts, len(token)) < entropy:
        return False
    return _class_changes(token) >= changes and not _is_filler(token) and _worded(token) < _WORDED


def _entropy(counts: Counter[str], length: int) -> float:
    return -sum(count / length * math.log2(count / length) for count in counts.values())


_CLASSES = str.maketrans(
    string.digits + string.ascii_uppercase + string.ascii_lowercase, "0" * 10 + "A" * 26 + "a" * 26
)


def _class_changes(token: str) -> int:
    classes = token.translate(_CLASSES)
    return sum(map(operator.ne, classes, classes[1:]))


def _is_key(token: str) -> bool:
    return len(token) == 64 and _BASE62.fullmatch(token) is not None and looks_random(token)


def _is_hex(token: str) -> bool:
    return (
        _HEX.fullmatch(token) is not None
        and not token.isdigit()
        and not token.isalpha()
        and len(set(token)) >= 8
        and not _is_filler(token)
    )


def _key_or_damaged(text: str, core: str) -> Shape | None:
    """KEY, HEX or MALFORMED, or None if the text never was a key."""
    if _is_key(text):
        return Shape.KEY
    if _is_hex(text):
        return Shape.HEX
    joined = _joined(core) if len(core) <= 2 * 64 else core
    if joined != core and len(_GAPS.findall(core)) > 3:
        return None  # a sentence, or a list of numbers
    if _is_key(joined) or _is_hex(joined):
        return Shape.MALFORMED
    if len(joined) in _DAMAGED_LENGTHS and _BASE62.fullmatch(joined) and len(joined) != 64:
        return Shape.MALFORMED if looks_random(joined, Gate.DAMAGED) else None
    return None


def _joined(core: str) -> str:
    """`core` without white space, invisible characters and escaped line breaks inside it."""
    return _GAPS.sub("", core)


def _damage(text: str) -> str:
    core = trimmed(text)
    joined = _joined(core)
    if joined.startswith(_ED25519) and len(joined) != 64:
        return "an Ed25519 private key of the wrong length"
    if len(joined) != 64:
        return _off_by(len(joined) - 64)
    if joined != core:
        return "a key with a line break or white space inside it"
    around = text.replace(core, "", 1)
    if any(char in _INVISIBLE for char in around):
        return "a key with invisible characters around it"
    if any(char not in _BLANK for char in around):
        return "a key with quotes or punctuation around it"
    return "a key with white space around it"


def _off_by(difference: int) -> str:
    number = {1: "one character", 2: "two characters", 3: "three characters"}[min(3, abs(difference))]
    return f"{number} {'longer' if difference > 0 else 'shorter'} than a key"


# A run in a larger text. To its left may stand an escape, which belongs to the source and not to the value:
# "\n", "\u003d", "%3D", a terminal colour. `=` is an assignment before a key and base64 padding behind it.
_KEY_RUN = re.compile(
    r"(?:(?<![A-Za-z0-9+/_\-])|(?<=:-))"  # also `${NAME:-…}`
    r"(?:(?<=\\)(?:[nrtvf]|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2})|(?<=%)[0-9A-Fa-f]{2}|(?<=[\[;])[0-9]{1,2}m)?"
    r"[A-Za-z0-9]{64}(?![A-Za-z0-9+/_\-=])"
)


def key_runs(text: str) -> Iterator[tuple[int, int]]:
    """Where `text` holds a run of exactly 64 letters and digits that passes the gate, and is no base64 slice.

    The run may be an Ed25519 private key (`classify` it). PEM blocks are the caller's to remove first.
    """
    for match in _KEY_RUN.finditer(text):
        end = match.end()
        if looks_random(text[end - 64 : end]):
            yield end - 64, end


# Private and public keys

_ED25519 = "MC4CAQAwBQYDK2VwBCIEI"
_B64 = "[A-Za-z0-9+/]"
_BASE64 = re.compile(_B64 + "+={0,2}")
# Heads of the DER, in base64. RSA as PKCS#8 and PKCS#1, EC, Ed25519 with its public half.
_PRIVATE_HEAD = re.compile(
    f"MII{_B64}{{3}}IBADANBgkqhkiG9w0BAQEFAASC|MII{_B64}{{3}}IBAAKC"
    "|MIGHAgEAMBMGByqGSM49|MHcCAQEEI|MFECAQEwBQYDK2VwBCIEI"
)
# EncryptedPrivateKeyInfo with any PKCS#5 or PKCS#12 scheme, short and long form of the length.
_ENCRYPTED_HEAD = re.compile(
    f"MIG{_B64}M{_B64}{{2}}GCSqGSIb3DQEF|MII{_B64}{{5}}(?:BgkqhkiG9w0BBQ|BgoqhkiG9w0BDAE)"
)
_PUBLIC_HEAD = re.compile(
    f"MCowBQYDK2VwAyEA|MII{_B64}{{3}}ANBgkqhkiG9w0BAQEFAAOC|MIG(?:f|J)MA0GCSqGSIb3DQEBAQUAA4|"
    f"MII{_B64}CgKC|MFkwEwYHKoZIzj0CAQ|MII{_B64}{{3}}(?:CC{_B64}{{3}}gAwIBA|CB{_B64}{{2}}ADAgEC)"
)
_SHORTEST_RSA = 300
_SHORTEST_BODY = 40

_BARE_KEY = re.compile(
    rf"(?<![A-Za-z0-9+/]){_ED25519}{_B64}{{43}}(?![A-Za-z0-9+/=])"
    rf"|(?<![A-Za-z0-9+/])MII{_B64}{{3}}IBADANBgkqhkiG9w0BAQEFAASC{_B64}{{300,12000}}={{0,2}}"
)


def private_key_runs(text: str) -> Iterator[tuple[int, int]]:
    """Where `text` holds the bare base64 of a private key on one line, without PEM header."""
    for match in _BARE_KEY.finditer(text):
        if not _is_filler(match[0][len(_ED25519) :]):
            yield match.start(), match.end()


def _encoded(text: str) -> str:
    """The base64 of what was decoded from it: DER as characters."""
    try:
        return binascii.b2a_base64(text.encode("latin-1"), newline=False).decode("ascii")
    except UnicodeEncodeError:
        return ""


def _bare_key_material(joined: str) -> Shape | None:
    """What base64 without a PEM header is, white space removed; None if it is no key that we know."""
    if not joined.startswith("M") or not _BASE64.fullmatch(joined):
        return None
    if joined.startswith(_ED25519):
        if _is_dummy(joined[len(_ED25519) :]):
            return Shape.PLACEHOLDER
        if len(joined) == 64:
            return Shape.PRIVATE_KEY
        return Shape.MALFORMED if abs(len(joined) - 64) <= 3 else Shape.OTHER
    if _ENCRYPTED_HEAD.match(joined):
        return Shape.ENCRYPTED_PRIVATE_KEY if len(joined) >= 128 else Shape.OTHER
    if _PRIVATE_HEAD.match(joined):
        least = _SHORTEST_RSA if joined.startswith("MII") else 64
        if len(joined) < least:
            return Shape.OTHER
        return Shape.PLACEHOLDER if _is_dummy(joined[40:]) else Shape.PRIVATE_KEY
    return Shape.PUBLIC_KEY if _PUBLIC_HEAD.match(joined) else None


_PEM_BEGIN = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,40})-----")
_PEM_REACH = 24_000  # no key or certificate chain link is longer, escapes and prefixes included
_PEM_PREFIX = " \t\"'#>*|/,+()[]\\;:-"
_PEM_SUFFIX = re.compile(r"""(?:\\r|\\n|[\s"',+\\)\];])+$""")


def pem_blocks(text: str) -> Iterator[tuple[int, int, Shape]]:
    """The PEM blocks of `text`, in order: start, end, and what each is.

    Written over several lines or one, with escaped line breaks, as adjacent literals, or with a
    prefix such as `#` on each line. A block without an end reaches as far as its lines look like a
    body. Certificates, requests and parameters count as public keys; a header without a body, or
    with words for a body, is a placeholder.
    """
    begin = _PEM_BEGIN.search(text)
    while begin is not None:
        following = _PEM_BEGIN.search(text, begin.end())
        limit = min(following.start() if following else len(text), begin.end() + _PEM_REACH)
        close = text.find("-----END ", begin.end(), limit)
        if close >= 0:
            body = text[begin.end() : close]
            tail = text.find("-----", close + 9, min(close + 60, limit))
            end = tail + 5 if tail >= 0 else close + 9
        else:
            end = _end_of_body(text, begin.end(), limit)
            body = text[begin.end() : end]
        yield begin.start(), end, _pem_kind(begin[1], body)
        begin = following


def is_pem_body_line(line: str) -> bool:
    """Whether a line looks like base64 of a PEM block, with any prefix and suffix of source code."""
    bare = _PEM_SUFFIX.sub("", line[:200].lstrip(_PEM_PREFIX))
    return 16 <= len(bare) <= 128 and _BASE64.fullmatch(bare) is not None


def _end_of_body(text: str, start: int, limit: int) -> int:
    """Where the body of an unfinished block ends."""
    end = start
    for line in re.finditer(r"(?:[^\\\n]|\\[^n])*(?:\\n|\n)?", text[start:limit]):
        if line.end() == line.start():
            break
        bare = _PEM_SUFFIX.sub("", line[0][:200].strip(_PEM_PREFIX))
        if bare and not is_pem_body_line(bare):
            if (
                len(bare) % 4 == 0 and len(bare) < 16 and _BASE64.fullmatch(bare)
            ):  # the last line may be short
                end = start + line.end()
            break
        end = start + line.end()
    return end


_PEM_NOISE = re.compile(r"\\[rnt]|[\"']\s*\+\s*[\"']|[^A-Za-z0-9+/=]")
_PEM_PROPERTY = re.compile(r"[A-Z][A-Za-z-]{2,20}: ?[^\\\n]{0,100}")


def _pem_kind(label: str, body: str) -> Shape:
    if not label.endswith("PRIVATE KEY"):
        return Shape.PUBLIC_KEY
    encrypted = "ENCRYPTED" in label or "Proc-Type: 4,ENCRYPTED" in body
    if "..." in body or "\u2026" in body or "***" in body:
        return Shape.PLACEHOLDER
    base64 = _PEM_NOISE.sub("", _PEM_PROPERTY.sub("", body))
    if len(base64) < _SHORTEST_BODY or _is_dummy(base64[len(_ED25519) :]):
        return Shape.PLACEHOLDER
    return Shape.ENCRYPTED_PRIVATE_KEY if encrypted or _ENCRYPTED_HEAD.match(base64) else Shape.PRIVATE_KEY


def _is_dummy(base64: str) -> bool:
    """Whether a body is made up: a filler, or words for a good part."""
    head = base64[:256].rstrip("=")
    return _is_filler(head) or _worded(head) >= max(_WORDED - 4, len(head) // 3)


_RANK = (Shape.PRIVATE_KEY, Shape.ENCRYPTED_PRIVATE_KEY, Shape.PLACEHOLDER, Shape.PUBLIC_KEY)


def _strongest(kinds: Iterator[Shape]) -> Shape | None:
    return min(kinds, key=_RANK.index, default=None)


def _is_sample(text: str, core: str, samples: frozenset[str]) -> bool:
    if len(core) < 32:
        return False
    import hashlib  # a third of an interpreter start: only for values that could be a key

    forms = {text, core, _joined(core)}
    for begin in _PEM_BEGIN.finditer(core):
        close = core.find("-----END", begin.end())
        body = _PEM_NOISE.sub("", core[begin.end() : close if close >= 0 else len(core)])
        forms |= {body, body[:64]}
        break
    return any(hashlib.sha256(form.encode("utf-8", "replace")).hexdigest() in samples for form in forms)


# Fillers

_KEYBOARD = "qwertyuiop asdfghjkl zxcvbnm qwertz azerty 1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p"
_LONGEST_PERIOD = 32
_SEQUENTIAL = 0.75


def _is_filler(token: str) -> bool:
    """Whether somebody's finger made this: repeated, periodic, counting or walking along the keyboard."""
    folded = token.casefold()
    length = len(folded)
    if length < 3:
        return False
    if len(set(folded)) == 1:
        return True
    if _period(folded) or _counts_up(folded, 1):
        return True
    return length >= 12 and any(_counts_up(folded, stride) for stride in (2, 3, 4))


def _period(folded: str) -> bool:
    """Whether the text repeats itself: three times, or twice when it is long."""
    length = len(folded)
    for period in range(2, min(_LONGEST_PERIOD, length // 2) + 1):
        repeats = length / period
        if (repeats >= 3 or length >= 16) and folded[period:] == folded[:-period]:
            return True
    return False


def _counts_up(folded: str, stride: int) -> bool:
    """Whether characters `stride` apart are mostly equal or neighbours, in the alphabet or on keyboards."""
    near = sum(map(_NEAR.__contains__, map(operator.add, folded, folded[stride:])))
    return near >= _SEQUENTIAL * (len(folded) - stride)


_ALPHABET = string.digits + string.ascii_lowercase
_NEAR = frozenset(
    [left + right for left in _ALPHABET for right in _ALPHABET if abs(ord(left) - ord(right)) <= 1]
    + [row[at : at + 2] for row in _KEYBOARD.split() for at in range(len(row) - 1)]
    + ["90", "9a", "za", "z0", "f0"]
)


# Words. Everything is folded first: case, accents, full-width forms.


def fold(text: str) -> str:
    """`text` without case, accents and compatibility forms, for comparing words."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("\u0131", "i").replace("\u0142", "l"))
    bare = "".join(char for char in decomposed if unicodedata.category(char) != "Mn" or char > "\u0600")
    return unicodedata.normalize("NFC", bare).replace("\u0111", "d")


def _words(text: str) -> frozenset[str]:
    return frozenset(map(fold, text.split()))


_ADDRESSING = """
your yours youre ur ihr ihre ihren dein deine deinen tu tus vuestro votre vos ton ta sua seu teu tua suo
tuo vostra vostro senin sizin cua ban anda kamu twoj twoja twoje vas vasz wasz ваш ваша ваше ваши твой
твоя vash tvoy
"""
_ASKING = """
insert paste put enter replace replaceme change changeme fill fillin fillme provide type add todo fixme
tbd tba
placeholder example examples sample samples dummy fake bogus invalid redacted removed hidden censored
masked
here aqui aca ici hier qui tutaj burada buraya disini day zdes
inserte inserta insertar introduce introduzca pega pegar ponga pon reemplaza reemplazar cambia cambiar
ejemplo
insira insere cole coloque substitua substituir troque mude exemplo preencha
inserez inserer collez coller remplacez remplacer entrez mettez mettre exemple changez
einfugen eingeben einsetzen ersetzen ersetze eintragen beispiel platzhalter fugen trage
inserisci incolla sostituisci inserire esempio metti cambiami
вставьте вставь введите введи замените замени пример здесь сюда укажите
girin yapistir yapistirin ekleyin degistirin ornek yerine giriniz yazin
nhap dan thay vidu masukkan ganti tempel contoh isi disini wklej wpisz wstaw zamien przyklad podaj
"""
_STRONG = _words(_ADDRESSING + _ASKING)
_CREDENTIAL = _words(
    """
    api apis key keys apikey apikeys secret secrets token tokens pass passphrase password passwd pwd
    private public access credential credentials cred creds auth pem rsa ed25519 hmac privatekey secretkey
    apisecret sk pk id clave claves llave secreto secreta secretos contrasena chave chaves segredo secreta
    secreto senha cle cles secrete schlussel geheim geheimnis geheimer passwort chiave chiavi segreto
    segreta ключ ключи секрет секретный секретныи апи пароль klyuch anahtar anahtari anahtariniz gizli
    sifre khoa bimat mat bi kunci rahasia klucz klucza sekret sekretny haslo tajny schluessel
    """
)
_FILLER_WORDS = _words(
    """
    my mine me our the a an this that these is are be it its of for to in on at from with by and or not no
    own some any new old real live prod production main mainnet test tests testing tester tst demo testnet
    sandbox paper mock mocked stub foo bar baz qux quux spam eggs ham lorem ipsum hello world abc xyz
    default none null nil undefined unset empty missing na string str value val text secret one two first
    second long very super random generated user username name account accounts binance bnb exchange spot
    futures future margin trading trade bot client must leak leaked do does share commit go goes real live
    only just char chars character characters digit digits letters hex educational copy using profile
    website site public goes please valid correct wrong bad good set unit pytest fixture env environment
    something anything nothing whatever someone anyone unknown blank changeit integration nan alice bob
    variable config file get one de del la el le les los las do da dos das di der die das den il lo e et y
    und o mi meu mia mon ma mes mein meine reale reel vrai echt wirklich gercek benim moi moya мой моя мои
    от для из api no cua toi saya asli moj moje prawdziwy xxx xx x us usdm coinm tr
    """
)
_WORDS = _STRONG | _CREDENTIAL | _FILLER_WORDS
_LONGEST_WORD = max(map(len, _WORDS))
_WORDED = 20  # characters in words that make a token of 64 a filler; random text has 3 at times, 20 never

# Scripts without spaces, or with endings: parts of words are enough, since no key is written in them.
_FOREIGN = _words(
    """
    你的 您的 替换 替換 填写 填寫 填入 输入 輸入 粘贴 貼上 密钥 密鑰 秘钥 秘鑰 私钥 私鑰 公钥 示例 范例
    例子 测试 測試 这里 這裡 此处 此處 口令 密码 密碼 修改 自己的
    あなた ここに シークレット キー 鍵 入力 貼り付け 例 テスト サンプル ダミー パスワード 置き換え
    여기에 여기 당신의 귀하의 입력 시크릿 비밀 키 예시 예제 테스트 바꾸 본인
    مفتاح هنا ادخل أدخل الخاص سر السري مثال كلمة ضع ادخال
    यहां यहाँ यहा आपका आपकी अपना अपनी कुंजी कुजी गुप्त उदाहरण दर्ज डालें की
    ваш ваша вставьте вставить введите ключ секрет пример здесь сюда замените пароль укажите
    """
)
_NONSENSE = frozenset(["n/a", "n.a"])

_WORD_BREAKS = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LETTERS = re.compile(r"[^\W\d_]+")
_LONGEST_PHRASE = 240


def _is_placeholder(core: str) -> bool:
    """Whether a short text asks for a value, or stands for one."""
    if len(core) <= 2:
        return True
    if len(core) > _LONGEST_PHRASE:
        return False
    folded = fold(core)
    if folded in _NONSENSE:
        return True
    if not folded.isascii() and (any(word in folded for word in _FOREIGN) or _is_foreign_phrase(core)):
        return True
    if len(core) >= 32 and _worded(core) >= max(_WORDED, len(core) // 3) and " " not in core:
        return True
    return _is_phrase(core, _WORD_BREAKS.findall(core))


def _is_foreign_phrase(core: str) -> bool:
    """Words of a language without Latin letters: said to a reader, whichever language it is."""
    foreign = sum(char.isalpha() and char > "\u036f" for char in core)
    latin = sum(char.isalpha() and char <= "\u036f" for char in core)
    return foreign >= max(4, latin + 1) and not any(char.isdigit() or char in "!@$%^&" for char in core)


def _is_made_up(core: str) -> bool:
    """Whether letters and digits are a filler. `abc!123` is not: that is somebody's idea of a password."""
    return not any(char in "!@$%^&" for char in core) and _is_filler("".join(_WORD_BREAKS.findall(core)))


def _is_phrase(core: str, tokens: list[str]) -> bool:
    """Whether the words say that this is no value: all known, or one asks and the rest are words at least."""
    words = [fold(word) for token in tokens for word in _CAMEL.sub(" ", token).split()]
    plain = [fold(token) for token in tokens]
    if any(char in "!@$%^&~" for char in (core.rstrip("!") if " " in core else core)):
        return False
    if all(_is_known(word) for word in plain) or all(_is_known(word) for word in words):
        return True
    alphabetic = [word for word in words if _LETTERS.fullmatch(word) or _is_short_number(word)]
    if len(alphabetic) < len(words):
        return False
    if any(word in _STRONG for word in words) and len(words) > 1:
        return True
    return len(words) >= 4 and any(word in _CREDENTIAL for word in words)


def _is_short_number(word: str) -> bool:
    return word.isdigit() and (len(word) <= 4 or _counts_up(word, 1))


def _is_known(word: str) -> bool:
    """Whether a folded word is vocabulary, or vocabulary written together, perhaps with a number behind."""
    if word in _WORDS:
        return True
    if len(word) > _LONGEST_PHRASE:
        return False
    return _covered(word)


_SINGLE = 3  # shorter words count only where they stand alone: any text is made of pieces of two letters
_JOINTS = frozenset(["my", "tu", "de", "la", "id", "of", "is"])


def _covered(word: str) -> bool:
    """Whether the word can be cut into vocabulary, joints and short numbers."""
    length = len(word)
    reach = [False] * (length + 1)
    reach[0] = True
    for start in range(length):
        if not reach[start]:
            continue
        for end in range(start + 1, min(length, start + _LONGEST_WORD) + 1):
            piece = word[start:end]
            is_number = start > 0 and _is_short_number(piece) and not word[end : end + 1].isdigit()
            if is_number or piece in _JOINTS or (end - start >= _SINGLE and piece in _WORDS):
                reach[end] = True
    return reach[length] and (length > _SINGLE or word in _WORDS)


_BEGINNINGS = frozenset(word[:_SINGLE] for word in _WORDS)
_STEPS = 4


def _worded(token: str) -> int:
    """How many characters of `token` stand in words or in runs such as 12345 or aaaa."""
    folded = token.lower()
    covered = 0
    rest: list[str] = []
    at = 0
    while at < len(folded):
        reach = min(_LONGEST_WORD, len(folded) - at) if folded[at : at + _SINGLE] in _BEGINNINGS else 0
        length = next((size for size in range(reach, _SINGLE - 1, -1) if folded[at : at + size] in _WORDS), 0)
        rest.append(" " if length else folded[at])
        covered += length
        at += length or 1
    return covered + _in_runs("".join(rest))


def _in_runs(folded: str) -> int:
    total = 0
    run = 1
    for left, right in zip(folded, (folded + "\0")[1:], strict=True):
        if right == left or (left.isalnum() and ord(right) - ord(left) == 1):
            run += 1
            continue
        if run > _STEPS and left != " ":
            total += run
        run = 1
    return total


# Names, references, paths, digests, masks

_UPPER_SNAKE = re.compile(r"[A-Z][A-Z]*[0-9]{0,3}(?:_+(?:[A-Z]+[0-9]{0,3}|[0-9]{1,3}|ED25519))+_?")
_LOWER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[_.-]+[A-Za-z0-9]+)*")
_REFERENCE = re.compile(
    r"\$\{[^{}\n]{1,200}\}|\$\(\(?[^()\n]{1,200}\)|\$[A-Za-z_][A-Za-z0-9_]{0,100}|\$env:\w{1,100}"
    r"|\$?\{\{[^{}\n]{1,200}\}\}|\{%[^{}\n]{1,200}%\}|<%[^<>\n]{1,200}%>|\{[A-Za-z_][\w.\[\]!:]{0,100}\}|\{\d{0,2}\}"
    r"|%\([A-Za-z_]\w{0,100}\)[sdr]|%[sdr]|%[A-Za-z_]\w{1,100}%|@[A-Za-z_][\w.]{0,100}@|__[A-Z][A-Z0-9_]{2,100}__"
    r"|<(?:ENV|env|Env|SECRET|secret):[^<>\n]{1,200}>|#\{[^{}\n]{1,200}\}",
)
_REFERENCE_HEAD = re.compile(
    r"(?:vault|op|arn|secretsmanager|ssm|awskms|gcp-?sm|akv|keyring|doppler|infisical|bws|env|berglas|sops|keyvault):"
    r"(?=[A-Za-z0-9_/.])[\w\-./:#@%+*]{1,300}"
    r"|ENC\[[^\n]*\]|ENC\([^\n]*\)|!vault\b.*|\$ANSIBLE_VAULT;.*|@Microsoft\.KeyVault\(.*|projects/[\w-]+/secrets/.*",
    re.DOTALL,
)
_CODE_REFERENCE = re.compile(
    r"(?:os\.(?:environ|getenv)|process\.env|settings|config|self|cfg|env|secrets?|st\.secrets|userdata)"
    r"(?:\.[A-Za-z_]\w*|\[[\"']?\w+[\"']?\]|\([\"']?\w+[\"']?\)){1,5}"
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]{1,15}://\S*")
_PATH_HEAD = re.compile(r"(?:~|\.{1,2}|[A-Za-z]:|%[A-Za-z]+%|\$[A-Z]+)[\\/][^\n]{0,300}")
_ROOTED = re.compile(r"(?:/[\w.@ \-]{1,64}){2,12}/?")
_EXTENSION = re.compile(
    r"[^\n\"'<>|?*]{0,250}[\w)]\.(?:pem|key|der|p8|p12|pfx|crt|cer|pub|txt|json|ya?ml|toml|ini|cfg|conf|env"
    r"|py|ipynb|csv|enc|asc|gpg|md|sh)|id_(?:rsa|ecdsa|ed25519)[\w.\-]{0,20}|[Pp]rivate_key\.?"
)
_SEGMENTS = re.compile(r"[a-z0-9_.\-]{1,40}(?:/[a-z0-9_.\-]{1,40}){1,10}")
_DIGEST = re.compile(
    r"(?:sha-?(?:1|224|256|384|512)|sha3-?\d{3}|md5|blake2[bs]?|blake3)[:\-=$][A-Za-z0-9+/=_\-]{16,200}"
    r"|pbkdf2[:_$-]\S{16,300}|\$(?:2[abxy]|5|6|argon2(?:id|i|d)|scrypt|pbkdf2[\w-]*|y)\$\S{10,300}|scrypt:\S{16,300}",
    re.IGNORECASE,
)
_ELISION = "(?:\\.{2,}|\u2026+|\\*{2,}|\u2022{2,}|\u25cf{2,}|x{4,}|X{4,}|#{3,}|_{4,}|-{3,})"
_MASK = re.compile(
    f"(?=[^.*]*[.*\u2026\u2022\u25cf]|.*[A-WYZa-wyz0-9])[\\w+/=\\-]{{0,16}}?{_ELISION}[\\w+/=]{{0,16}}"
)
_BRACKETED = re.compile(
    r"<[^<>\n]{1,120}>|\[[^\[\]\n]{1,120}\]|\{[^{}\n]{1,120}\}|\*{1,3}[^*\n]{1,120}\*{1,3}"
)
_HAS_CASES = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])")


def _plain(text: str, core: str) -> Shape:
    """What a text is that never was a key. `text` has no blanks around it, `core` no punctuation either."""
    if not any(char.isalnum() for char in core):
        return Shape.PLACEHOLDER
    if _REFERENCE.fullmatch(text) or _REFERENCE_HEAD.fullmatch(text):
        return Shape.VARIABLE
    if _is_path(text):
        return Shape.PATH
    if _CODE_REFERENCE.fullmatch(text):
        return Shape.VARIABLE
    if _DIGEST.fullmatch(text):
        return Shape.DIGEST
    if _is_placeholder(core):
        # A name that says whose it is (BINANCE_API_KEY) is a variable; API_KEY is what examples put there.
        return Shape.VARIABLE if _is_specific_name(text) else Shape.PLACEHOLDER
    if _MASK.fullmatch(text):
        return Shape.MASKED
    if _is_made_up(core):
        return Shape.PLACEHOLDER
    if _is_variable_name(text):
        return Shape.VARIABLE
    if _BRACKETED.fullmatch(text) and _reads_as_words(core):
        return Shape.PLACEHOLDER
    return Shape.OTHER


def _is_path(text: str) -> bool:
    if _SCHEME.fullmatch(text) or _PATH_HEAD.fullmatch(text) or _EXTENSION.fullmatch(text):
        return True
    if _ROOTED.fullmatch(text):
        return not any(len(part) >= 20 and _HAS_CASES.match(part) for part in text.split("/"))
    return _SEGMENTS.fullmatch(text) is not None and bool(_name_words(text) & _CREDENTIAL)


def _name_words(text: str) -> set[str]:
    return {word for word in re.split(r"[\W_]+", _CAMEL.sub("_", text).lower()) if word}


def _is_specific_name(text: str) -> bool:
    """Whether a name of vocabulary is a variable: it has a credential word and a company, asks nothing."""
    words = _name_words(text)
    if len(words) > _LONGEST_NAME or not _LOWER_NAME.fullmatch(text) or words & _ASKS:
        return False
    return bool(words & _COMPANIES) and bool(words & _CREDENTIAL)


_LONGEST_NAME = 6
_ASKS = _STRONG | _words("my some any test tests testing tst mock foo bar baz new real an a the tu mi")
_COMPANIES = _words(
    "binance bnb binanceus exchange spot futures testnet mainnet live prod production account"
)


def _is_variable_name(text: str) -> bool:
    """Whether the text names a variable: UPPER_SNAKE, or words in any style with a credential among them."""
    if len(text) > 80:
        return False
    if _UPPER_SNAKE.fullmatch(text):
        return max(map(len, re.findall("[A-Z]+", text))) >= 3
    if not _LOWER_NAME.fullmatch(text):
        return False
    words = _name_words(text)
    return (
        len(words) > 1
        and bool(words & (_CREDENTIAL | {"binance"}))
        and all(_LETTERS.fullmatch(word) or word == "ed25519" or len(word) <= 2 for word in words)
    )


def _reads_as_words(core: str) -> bool:
    return all(_LETTERS.fullmatch(token) or _is_short_number(token) for token in _WORD_BREAKS.findall(core))
