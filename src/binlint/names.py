"""What a name says about its value: which part of a credential, whose, and for which network.

Names come from anywhere: variables, attributes, keyword arguments, dict paths (`exchange.key`),
headers, options, labels in comments. Reading one is a function of the name alone, so a bare `KEY`
says little (`strength` WEAK) and the caller decides what company it needs.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import NamedTuple

from binlint.finding import Kind

NONE, WEAK, CLEAR, EXACT = range(4)

MAX_LENGTH = 200  # a longer name is a sentence


class NameReading(NamedTuple):
    """What a name says.

    `kind`: the part of a credential, None if the name speaks of none; UNKNOWN for `keys`, `creds`.
    `company`: the name itself says Binance (or BNB). `vendor`: another service that it names.
    `testnet`: it says testnet, demo, sandbox or paper. `innocent`: it is about something that looks
    like a credential and is none (a listenKey, a digest, a path, a Django setting).
    `strength`: NONE; WEAK (`key`, `secret`, `public_key`, `pem`); CLEAR (`api_key`, `secretKey`,
    `binance_key`); EXACT (CLEAR and the company, or the header `X-MBX-APIKEY`).
    """

    kind: Kind | None
    company: bool = False
    vendor: str | None = None
    testnet: bool = False
    innocent: bool = False
    strength: int = NONE


def read_name(name: str) -> NameReading:
    """What `name` says. An innocent name speaks of no credential: its kind is None."""
    words = split_name(name[:MAX_LENGTH])
    have = frozenset(words)
    company = bool(have & _COMPANY)
    vendor = None if company else next((_VENDORS[word] for word in words if word in _VENDORS), None)
    testnet = bool(have & _TESTNET)
    kind, strength, decisive = _kind_of_path(name[:MAX_LENGTH], words)
    if kind is not None and company:
        strength = EXACT if strength >= CLEAR else CLEAR
    of_another = words[-3:] == ("secret", "key", "base") or (
        not company
        and (
            _is_for_another(frozenset(decisive))
            or ("." not in name and bool(have & {"auth", "secure"}) and "api" not in have)
        )
    )
    if of_another or _is_innocent(decisive, frozenset(decisive), strength, company):
        return NameReading(None, company, vendor, testnet, innocent=True)
    return NameReading(kind, company, vendor, testnet, strength=strength)


def is_plain(name: str) -> bool:
    """Whether a name says nothing but that it is a credential: `my_api_key`, not `openWeatherApiKey`."""
    return all(word in _PLAIN or word.isdigit() for word in split_name(name.rpartition(".")[2][:MAX_LENGTH]))


def is_for_another_purpose(name: str) -> bool:
    """Whether a name says what its secret is for, and that is no exchange: `jwt.secret`, `session_key`."""
    have = frozenset(split_name(name[:MAX_LENGTH]))
    return not have & _COMPANY and _is_for_another(have)


def _is_for_another(have: frozenset[str]) -> bool:
    return "api" not in have and bool(have & _PURPOSES)


def speaks_of_binance(text: str) -> bool:
    """Whether a text names Binance: the word or a part of one, a host, its header, its Chinese name."""
    lower = text.lower()
    at = lower.find("binance")
    while at >= 0:
        if not lower.startswith(("less", "free"), at + 7):
            return True
        at = lower.find("binance", at + 7)
    return any(mark in lower for mark in _MARKS)


def says_testnet(text: str) -> bool:
    """Whether a text speaks of the test network or demo trading, and does not say that it is off."""
    return _TESTNET_TEXT.search(text) is not None


_MARKS = ("x-mbx-apikey", "x-oc-apikey", "币安", "幣安", "バイナンス", "바이낸스")
_TESTNET_TEXT = re.compile(
    r"(?i:(?<![a-z])test[_ -]?net(?!\w*[\"']?\s*[=:]\s*[\"']?(?:false|0|no|off|none)\b)"
    r"|demo-(?:api|fapi|dapi|ws)|demo[_ -]?(?:trading|mode|account)|\bdemo\s*=\s*true"
    r"|sandbox(?:_?mode)?\(?[\s=:]*true"
    r"|paper[_ -]?trading)|测试网|測試網|模拟交易|模擬交易|テストネット|デモ取引|테스트넷|데모 거래"
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Splitting

_SEPARATORS = re.compile(r"[\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_DIGITS = re.compile(r"(?<=[a-z])(?=[0-9])|(?<=[0-9])(?=[a-z])")
# Digits that are part of a word.
_TECHNICAL = re.compile(
    r"(?:ed25519|secp256k1|sha3?_?\d+|md5|base64|b64|hmac256|id_rsa|s3|x509|p12|p8|k8s|2captcha)"
)


def split_name(name: str) -> tuple[str, ...]:
    """The words of a name, folded and in English: `binanceApiKey2` is binance, api, key, 2."""
    words: list[str] = []
    for part in _SEPARATORS.split(_translated(name)):
        for camel in _CAMEL.sub(" ", part).split():
            words.extend(_cut(_fold(camel)))
    return tuple(words)


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("\u0131", "i").replace("\u0142", "l"))
    bare = "".join(char for char in decomposed if not 0x300 <= ord(char) < 0x370)
    return unicodedata.normalize("NFC", bare)


def _cut(word: str) -> list[str]:
    """A word without separators, cut into the words it is made of: `mybinanceapikey`."""
    if word in _VOCABULARY or _TECHNICAL.fullmatch(word):
        return [_ENGLISH.get(word, word)]
    if word in _COMPOUNDS:
        return _COMPOUNDS[word].split()
    pieces = _DIGITS.sub(" ", word).split() if not _TECHNICAL.search(word) else [word]
    if len(pieces) > 1:
        return [part for piece in pieces for part in _cut(piece)]
    return _segmented(word) or [word]


_LONGEST_COMPOUND = 60


def _segmented(word: str) -> list[str]:
    """The fewest pieces of vocabulary that make up the word; none if something is left over."""
    length = len(word)
    if length > _LONGEST_COMPOUND or length < 5:
        return []
    best: list[list[str] | None] = [[]] + [None] * length
    for end in range(1, length + 1):
        for start in range(max(0, end - _LONGEST_PIECE), end):
            before = best[start]
            piece = word[start:end]
            known = best[end]
            if (
                before is None
                or piece not in _PIECES
                or (known is not None and len(known) <= len(before) + 1)
            ):
                continue
            best[end] = [*before, piece]
    found = best[length]
    return [_ENGLISH.get(piece, piece) for piece in found] if found else []


# Kinds

_PATH = re.compile(r"[.\[\]/]+|(?<=[A-Za-z0-9])__+(?=[A-Za-z0-9])")


def _kind_of_path(name: str, words: tuple[str, ...]) -> tuple[Kind | None, int, tuple[str, ...]]:
    """Kind, strength, and the words that decide: the last part of a path, if it speaks of a credential.

    The way to it may make it clearer (`api.key`) and never changes its kind (`secrets.api_key`).
    """
    kind, strength = _kind(words, frozenset(words))
    parts = [part for part in _PATH.split(name) if part]
    if len(parts) > 1:
        last = split_name(parts[-1])
        last_kind, last_strength = _kind(last, frozenset(last))
        if last_kind is not None:
            return last_kind, max(last_strength, strength) if kind is last_kind else last_strength, last
    return kind, strength, words


def _kind(words: tuple[str, ...], have: frozenset[str]) -> tuple[Kind | None, int]:
    """Which part of a credential the words name, and how clearly."""
    key = bool(have & _KEY_WORDS)
    if have & {"passphrase", "passwd", "password", "pass", "pwd"}:
        if have & _OF_PRIVATE_KEY or ("secret" in have and "passphrase" in have):
            return Kind.PASSPHRASE, CLEAR
        return (Kind.PASSPHRASE, WEAK) if "passphrase" in have else (None, NONE)
    if "private" in have or words[:2] in _KEY_FILES:
        is_clear = key or have & {"pem", "rsa", "ed25519"}
        return Kind.PRIVATE_KEY, CLEAR if is_clear else WEAK
    if ("s", "key") in pairwise(words):
        return Kind.SECRET_KEY, WEAK
    if "secret" in have or "secrets" in have:
        return Kind.SECRET_KEY, CLEAR if key or have & {"api", "hmac"} else WEAK
    if "public" in have:
        return Kind.API_KEY, WEAK
    if "hmac" in have and key:
        return Kind.SECRET_KEY, CLEAR
    if have & {"pem", "ed25519", "rsa", "pkcs8"} and not have & {"path", "file", "api"}:
        return Kind.PRIVATE_KEY, CLEAR if key and have & {"ed25519", "rsa"} else WEAK
    if "certificate" in have and "sn" in have and have & _COMPANY:
        return Kind.API_KEY, CLEAR
    if key:
        if have & {"api", "access", "consumer", "mbx", "apis"}:
            return (Kind.UNKNOWN if _is_plural(words) else Kind.API_KEY), CLEAR
        return (Kind.UNKNOWN if _is_plural(words) else Kind.API_KEY), WEAK
    if words and words[-1] in ("api", "access") and len(words) <= 3:
        return Kind.API_KEY, WEAK
    if have & {"credential", "credentials", "cred", "creds", "hmac"}:
        return Kind.UNKNOWN, WEAK
    if "token" in have and have & _COMPANY:
        return Kind.UNKNOWN, WEAK
    return None, NONE


def _is_plural(words: tuple[str, ...]) -> bool:
    return "keys" in words


_KEY_WORDS = frozenset(["key", "keys"])
_KEY_FILES = frozenset({("id", "rsa"), ("id", "ed25519")})  # as the generator of Binance calls them
_OF_PRIVATE_KEY = frozenset(["private", "pem", "rsa", "ed25519", "key", "keyfile"])
_COMPANY = frozenset(["binance", "bnb", "binanceus", "mbx"])
_TESTNET = frozenset(["testnet", "test", "demo", "sandbox", "paper", "testing"])


# Innocents


def _is_innocent(words: tuple[str, ...], have: frozenset[str], strength: int, company: bool) -> bool:
    """Whether the name is about something that only looks like a credential, or about its surroundings."""
    if not words:
        return False
    if have & _NEVER or words[-1] in _ABOUT_WORDS or (len(words) > 1 and words[0] in _QUESTIONS):
        return not _value_bearing(words)
    if strength >= CLEAR and (company or have & {"api", "private"}):
        return False
    return bool(have & (_ELSEWHERE if strength > NONE else _ELSEWHERE - _CONTAINERS))


def _value_bearing(words: tuple[str, ...]) -> bool:
    """Whether an innocent word only ends a credential's name: some APIs call their key `key_id`."""
    return words[-2:] == ("key", "id") and not frozenset(words) & _NEVER


_PLAIN = _words(
    """
    api apis key keys secret secrets private public access passphrase password hmac rsa ed25519 pem
    token my our
    your the a main test testnet demo sandbox live real prod production mainnet dev development default
    exchange
    bot trading trade trader crypto account accounts acc user client config cfg settings env spot
    futures future
    margin usdm coinm um cm binance bnb mbx x new old current first second value id raw app application
    """
)
# What the secrets of web applications, mail and databases are for.
_PURPOSES = _words(
    """
    jwt nextauth authjs auth0 grafana gf session sessions cookie cookies csrf logged oauth oauth2 smtp
    ldap sso
    vapid recaptcha wordpress salt nonce pepper signin signup security
    """
)
# Whatever else the name says.
_NEVER = _words(
    """
    listen signature signatures signed digest digests checksum checksums fingerprint integrity sha sha1
    sha224 sha256 sha384 sha512 md5 hash hashes csrf nonce foreign primary etag uuid guid txid txhash
    commit revision listenkey
    """
)
# The last word: the value is about a credential, and is none.
_ABOUT_WORDS = _words(
    """
    path paths file filename files dir folder directory name names type types len length size index idx
    count header headers url uri endpoint env var variable field column label prefix suffix regex
    pattern help message msg error exception placeholder hint desc description title version status
    expiry expires ttl date arn ref format required valid validator invalid missing schema form input
    prompt id ids func function getter loader manager class alias enabled disabled exists permission
    permissions sign
    """
)
_QUESTIONS = _words("has is no need needs require requires missing invalid show hide use validate check")
# Unless the name says clearly that it is a credential of Binance, or of an API.
_ELSEWHERE = _words(
    """
    cache sort conn connection msg message partition dict group lookup object redis routing idempotency
    translation hot hotkey shortcut column row storage state config index join unique bucket registry
    map json field item order orders client_order symbol event topic channel stream streams store
    license licence ssh
    gpg pgp session sessions host widget metric dedupe dedup answer hash cookie cookies jwt fernet
    django flask salt seed mnemonic wallet address addresses tx transaction contract csrf oauth sentry
    app webhook webhooks signing encryption encrypt decrypt cipher aes tls ssl vapid site recaptcha
    captcha jwk jwks kid keyboard keyword keywords keyring word words monkey turkey arrow press
    pressed down up enter escape shift ctrl tab token sign sig block merkle root node peer zobrist
    """
)
# Of these, what makes a `key` harmless (`config_key`) and says nothing about the value of `config["a"]`.
_CONTAINERS = _words("app config dict field group item json map object registry row state storage store")


# Words of other languages and writings, in English. Variables are mostly English; labels in comments are not.

_PHRASES = (
    ("listenkey", "listen_key"),
    ("api密钥", "api_key"),
    ("api 密钥", "api_key"),
    ("api密鑰", "api_key"),
    ("api 密鑰", "api_key"),
    ("api秘钥", "api_key"),
    ("访问密钥", "api_key"),
    ("apiキー", "api_key"),
    ("api キー", "api_key"),
    ("api 키", "api_key"),
    ("api키", "api_key"),
    ("シークレットキー", "secret_key"),
    ("シークレット", "secret"),
    ("시크릿 키", "secret_key"),
    ("시크릿키", "secret_key"),
    ("시크릿", "secret"),
    ("비밀키", "secret_key"),
    ("비밀 키", "secret_key"),
    ("개인 키", "private_key"),
    ("개인키", "private_key"),
    ("공개 키", "public_key"),
    ("공개키", "public_key"),
    ("私钥", "private_key"),
    ("私鑰", "private_key"),
    ("秘密鍵", "private_key"),
    ("公钥", "public_key"),
    ("公鑰", "public_key"),
    ("公開鍵", "public_key"),
    ("密钥", "secret_key"),
    ("密鑰", "secret_key"),
    ("秘钥", "secret_key"),
    ("秘鑰", "secret_key"),
    ("口令", "passphrase"),
    ("密码短语", "passphrase"),
    ("パスフレーズ", "passphrase"),
    ("キー", "key"),
    ("키", "key"),
    ("币安", "binance"),
    ("幣安", "binance"),
    ("バイナンス", "binance"),
    ("바이낸스", "binance"),
    ("测试网", "testnet"),
    ("測試網", "testnet"),
    ("テストネット", "testnet"),
    ("테스트넷", "testnet"),
    ("cle secrete", "secret_key"),
    ("clave secreta", "secret_key"),
    ("chave secreta", "secret_key"),
    ("chiave segreta", "secret_key"),
    ("секретный ключ", "secret_key"),
    ("приватный ключ", "private_key"),
    ("закрытый ключ", "private_key"),
    ("gizli anahtar", "secret_key"),
)
_ENGLISH = {
    foreign: english
    for english, foreigners in {
        "key": "clave llave chave cle chiave schlussel schluessel ключ anahtar anahtari klucz kunci khoa "
        "مفتاح कुंजी",
        "keys": "claves llaves chaves cles chiavi ключи",
        "secret": "secreto secreta segredo secrete segreto segreta geheim geheimnis geheimer geheime "
        "geheimes geheimen секрет секретныи gizli sekret rahasia",
        "private": "privada privado prive privee privata privato privat приватныи privatni priv prv privkey",
        "passphrase": "contrasena senha motdepasse passwort пароль parola haslo sandi",
        "credentials": "credenciales credenciais identifiants credenziali zugangsdaten",
    }.items()
    for foreign in foreigners.split()
}


def _translated(name: str) -> str:
    """`name` with the writings that do not separate words put into English."""
    if name.isascii():
        return name
    folded = _fold(_CAMEL.sub("_", name))
    for phrase, english in _FOLDED_PHRASES:
        if phrase in folded:
            folded = folded.replace(phrase, f"_{english}_")
    return folded


_FOLDED_PHRASES = tuple((_fold(phrase), english) for phrase, english in _PHRASES)

# Short forms that stand for several words.
_COMPOUNDS = {
    "apikey": "api key",
    "apikeys": "api keys",
    "apisecret": "api secret",
    "apisec": "api secret",
    "secretkey": "secret key",
    "seckey": "secret key",
    "skey": "secret key",
    "sk": "secret key",
    "sec": "secret",
    "pkey": "public key",
    "ak": "api key",
    "rkey": "key",
    "bkey": "key",
    "csrftoken": "csrf token",
    "csrfmiddlewaretoken": "csrf token",
    "xsrf": "csrf",
    "sessionid": "session id",
    "phpsessid": "session id",
    "jsessionid": "session id",
    "mkey": "key",
    "akey": "api key",
    "privkey": "private key",
    "prvkey": "private key",
    "pvtkey": "private key",
    "privatekey": "private key",
    "pubkey": "public key",
    "accesskey": "access key",
    "listenkey": "listen key",
    "nsecret": "secret",
    "bsecret": "secret",
    "passkey": "passkey",
    "keypass": "key pass",
    "b64secret": "secret",
}

_MORE_VENDORS = _words(
    """
    ably accuweather adyen airtable algolia alibaba amplitude ankr apify appsflyer ascendex asana
    atlassian auth0 bitbucket bitpay bitpanda bitrue bitso blockchair blockcypher blockfrost braintree
    brevo btcmarkets bugsnag capsolver chainstack circleci clickatell clickup cloudinary codecov
    coincheck coindcx coinex coinone coinpayments contentful covalent digifinex digitalocean dropbox
    dune elastic etoro finnhub fixer flickr foursquare giphy hcaptcha heroku hubspot iexcloud indodax
    instagram intercom jira jumio klarna korbit lbank linkedin linode loggly lunarcrush mailchimp mapbox
    marketstack messari messagebird mixpanel mollie nansen netlify newrelic nexmo notion nowpayments
    okta omdb onesignal openweather openweathermap paddle pagerduty papertrail pexels pinecone pipedrive
    pixabay plaid plivo postmark probit pubnub pusher quicknode razorpay rollbar salesforce santiment
    segment sendinblue shopify skyscanner snyk sonar spotify square squarespace supabase tatum tiingo
    tmdb todoist tomtom tradestation trello twelvedata twitch typeform unsplash vercel vimeo vonage
    wazirx weatherapi weatherbit whitebit wix yelp zaif zendesk zoho zoom
    """
)
_VENDORS = {
    word: vendor
    for vendor, words in {
        "alchemy": "alchemy",
        "alpaca": "alpaca apca",
        "alphavantage": "alphavantage",
        "anthropic": "anthropic claude",
        "aws": "aws amazon boto boto3",
        "azure": "azure",
        "bingx": "bingx",
        "bitbank": "bitbank",
        "bitfinex": "bitfinex bfx",
        "bitflyer": "bitflyer",
        "bitget": "bitget",
        "bithumb": "bithumb",
        "bitmart": "bitmart",
        "bitmex": "bitmex",
        "bitstamp": "bitstamp",
        "bittrex": "bittrex",
        "bitvavo": "bitvavo",
        "bscscan": "bscscan",
        "bybit": "bybit",
        "cloudflare": "cloudflare",
        "coinapi": "coinapi",
        "coinbase": "coinbase cbpro gdax",
        "coingecko": "coingecko",
        "coinglass": "coinglass",
        "coinmarketcap": "coinmarketcap cmc",
        "cryptocom": "cryptocom",
        "cryptocompare": "cryptocompare",
        "cryptopanic": "cryptopanic",
        "datadog": "datadog",
        "deepseek": "deepseek",
        "deribit": "deribit",
        "dingtalk": "dingtalk",
        "discord": "discord",
        "dydx": "dydx",
        "ethereum": "ethereum eth metamask solana polygon tron",
        "etherscan": "etherscan",
        "exmo": "exmo",
        "facebook": "facebook",
        "feishu": "feishu lark",
        "firebase": "firebase",
        "ftx": "ftx",
        "gate": "gate gateio",
        "gemini": "gemini",
        "github": "github",
        "gitlab": "gitlab",
        "glassnode": "glassnode",
        "google": "google gcp gmail",
        "groq": "groq",
        "hitbtc": "hitbtc",
        "huggingface": "huggingface hf",
        "huobi": "huobi htx",
        "hyperliquid": "hyperliquid",
        "infura": "infura",
        "kraken": "kraken",
        "kucoin": "kucoin",
        "luno": "luno",
        "mailgun": "mailgun",
        "mexc": "mexc",
        "mongodb": "mongodb mongo",
        "moralis": "moralis",
        "newsapi": "newsapi",
        "oanda": "oanda",
        "okx": "okx okex",
        "openai": "openai chatgpt gpt",
        "openrouter": "openrouter",
        "paypal": "paypal",
        "phemex": "phemex",
        "poloniex": "poloniex",
        "postgres": "postgres postgresql pg mysql",
        "pushover": "pushover",
        "quandl": "quandl",
        "reddit": "reddit",
        "robinhood": "robinhood",
        "sendgrid": "sendgrid",
        "sentry": "sentry",
        "slack": "slack",
        "stripe": "stripe",
        "taapi": "taapi",
        "telegram": "telegram tg botfather",
        "tushare": "tushare",
        "twilio": "twilio",
        "twitter": "twitter tweepy",
        "upbit": "upbit",
        "wechat": "wechat weixin serverchan",
        "woo": "woox woo",
        "zerodha": "zerodha kite",
        **{word: word for word in _MORE_VENDORS},
    }.items()
    for word in words.split()
}

# What an unseparated word may be cut into. Two-letter pieces would cut anything into anything.
_PIECES = _words(
    """
    api key keys secret private public access token pass phrase passphrase password cred creds
    credential credentials auth binance binanceus bnb testnet mainnet demo live real prod my your our
    the new old user client bot main future futures spot margin trade trading account exchange us usdm
    coinm listen cache sort primary foreign session project path file text pem rsa ed25519 hmac signing
    pair test get set load read data value string sample default
    """
) | {word for word in (*_ENGLISH, *_VENDORS) if len(word) >= 3 and word not in {"woo", "eth", "cmc", "gpt"}}
_LONGEST_PIECE = max(map(len, _PIECES))
_VOCABULARY = _PIECES | _NEVER | _ABOUT_WORDS | _ELSEWHERE | set(_ENGLISH) | set(_VENDORS)
