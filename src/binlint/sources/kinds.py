"""What kind of file a name promises. A further kind is a line here and a module in `syntax`.

A file is read whatever it is called, unless its name says that it holds pictures, sound, fonts or machine
code: nobody keeps a key there, and they are the largest files of a tree.
"""

from __future__ import annotations

from typing import NamedTuple

NOT_A_KIND = "not a kind that binlint reads"

PYTHON = "python"
NOTEBOOK = "notebook"
JSON = "json"
YAML = "yaml"
TOML = "toml"
INI = "ini"
DOTENV = "dotenv"
TEXT = "text"  # everything else; if its bytes are none, they are read as those of a binary file
SOURCE = "source"  # text as well: the code of another language, which talks to hosts of its own
BYTECODE = "bytecode"
ARCHIVE = "archive"
BINARY = "binary"
SCRIPT = "script"  # no extension: Python if its first line says so, else text

CODE = frozenset({PYTHON, NOTEBOOK})  # what imports, and is followed
SETTINGS = frozenset({JSON, YAML, TOML, INI, DOTENV})  # what is made of names and values
ARTEFACTS = frozenset({BYTECODE, ARCHIVE, BINARY})  # what is no text, so that nobody can edit a line of it

_SUFFIXES: dict[str, str] = {
    suffix: kind
    for kind, suffixes in {
        PYTHON: ".py .pyi .pyw",
        NOTEBOOK: ".ipynb",
        JSON: ".json .jsonc .json5 .jsonl .ndjson .geojson .webmanifest .har .avsc .code-workspace",
        YAML: ".yaml .yml",
        TOML: ".toml",
        INI: ".ini .cfg .conf .cnf .properties .service .timer .desktop .pylintrc .coveragerc",
        DOTENV: ".env .envrc .flaskenv .tfvars .secret .secrets",
        SOURCE: ".js .mjs .cjs .jsx .ts .tsx .mts .cts .vue .svelte .go .rs .java .kt .kts .scala .groovy .cs"
        " .fs .vb .c .h .cc .cpp .hpp .cxx .m .mm .swift .php .rb .pl .pm .lua .r .jl .dart .ex .exs .erl"
        " .hs .clj .ml .nim .zig .pas .pyx .pxd .mq4 .mq5 .mqh .pine .sol .coffee .elm .cr .d .v",
        BYTECODE: ".pyc .pyo",
        ARCHIVE: ".whl .zip .egg .jar .pyz .docx .xlsx .pptx .odt .ods",
        BINARY: ".db .db3 .sqlite .sqlite3 .pkl .pickle .p .joblib .dill",
    }.items()
    for suffix in suffixes.split()
}
# Not read: what is there to be seen, heard, printed or run.
_OTHERS = frozenset(
    ".png .jpg .jpeg .gif .webp .bmp .ico .icns .tif .tiff .avif .heic .psd .xcf .ai .eps .raw .cr2 .exr .dds"
    " .mp3 .mp4 .m4a .m4v .wav .ogg .oga .ogv .flac .aac .mkv .mov .avi .webm .wmv .mpg .mpeg .mid .midi"
    " .ttf .otf .woff .woff2 .eot .pfb .pfm .afm .so .dll .dylib .exe .o .a .lib .obj .class .wasm .pyd .node"
    " .gz .tgz .bz2 .xz .zst .lz4 .7z .rar .tar .deb .rpm .apk .dmg .iso .img .cab .msi .br .pdf .djvu .epub"
    " .doc .xls .ppt .mo .gmo .npy .npz .parquet .feather .arrow .h5 .hdf5 .nc .mat .fits .pt .pth .onnx"
    " .safetensors .tflite .pb .ckpt .gguf .idx .pack .swf .blend .fbx .glb .stl .shp .mmdb".split()
)

_COPIES = frozenset(
    (".bak", ".old", ".orig", ".save", ".backup", ".copy", ".example", ".sample", ".template")
)
_AT_ONCE: dict[str, str | None] = {**dict.fromkeys(_OTHERS), **_SUFFIXES}


class Entry(NamedTuple):
    """A file to read: how it is called in reports, and how it is opened."""

    path: str  # relative to the directory of the run, with "/"
    os_path: str
    given: bool  # named on the command line, not found in a directory
    kind: str = PYTHON


def kind_of(path: str) -> str | None:
    """The kind of a file, or None if its name says that binlint does not read it."""
    kind = _AT_ONCE.get(path[path.rfind(".") :], "")  # the same as below, for most names of a large tree
    if kind != "":
        return kind
    name = path[path.rfind("/") + 1 :].lower()
    dot = name.rfind(".")
    if name.startswith(".env"):
        return DOTENV
    if dot <= 0:
        return _SUFFIXES.get(name) or SCRIPT
    suffix = name[dot:]
    if suffix in _COPIES:
        while name[dot:] in _COPIES and dot > 0:
            name = name[:dot]
            dot = name.rfind(".")
        return kind_of(name)
    return _SUFFIXES.get(suffix) or (None if suffix in _OTHERS else TEXT)


def kind_in(path: str, data: bytes) -> str:
    """The kind of a file whose first bytes are known. What is piped in without a name is Python."""
    if path == "<stdin>":
        return PYTHON
    kind = kind_of(path) or TEXT
    if kind != SCRIPT:
        return kind
    return PYTHON if is_python_script(data) else TEXT


def is_python_script(data: bytes) -> bool:
    """Whether the first line hands the file to a Python interpreter."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.startswith(b"#!"):
        return False
    line = data[:256].splitlines()[0]
    return any(name in line for name in (b"python", b"pypy", b"uv run", b"uvx"))
