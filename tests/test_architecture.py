"""The house keeps its shape: who may import whom, one door for each heavy library, sizes, names."""

import ast
import sys
from importlib import import_module
from pathlib import Path

import networkx as nx
import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(p for top in ("pipeline", "flows") for p in (ROOT / top).rglob("*.py"))

STAGES = {
    "ingest",
    "segment",
    "quality",
    "embed",
    "match",
    "compare",
    "cluster",
    "rank",
    "report",
    "evaluate",
    "review",
}
# What each room of the pipeline may use of the others.
MAY_USE = {
    "errors": set(),
    "collector": set(),
    "domain": {"errors"},
    "reference": {"errors", "domain"},
    **{stage: {"errors", "domain", "reference"} for stage in STAGES - {"match"}},
    "match": {"errors", "collector", "domain", "reference"},
    "store": {"errors", "domain", "reference", *STAGES},
    "web": {"errors", "domain", "reference", *STAGES, "store", "check"},
    "check": {"errors", "domain", "reference", "segment", "embed", "match", "store"},
}
# Each of these libraries is used in one room only, so that it can be replaced there.
DOORS = {
    "docx": {"pipeline.ingest", "pipeline.report"},
    "pdfplumber": {"pipeline.ingest"},
    "pypdfium2": {"pipeline.ingest"},
    "lxml": {"pipeline.ingest", "pipeline.report"},
    "spacy": {"pipeline.segment", "flows.cli"},
    "sentence_transformers": {"pipeline.embed"},
    "torch": {"pipeline.embed"},
    "openvino": {"pipeline.embed"},
    "tokenizers": {"pipeline.embed"},
    "rapidfuzz": {"pipeline.match", "pipeline.report.diff"},
    "sklearn": {"pipeline.cluster", "pipeline.match", "pipeline.review"},
    "krippendorff": {"pipeline.review"},
    "sqlalchemy": {"pipeline.store.database"},
    "alembic": {"pipeline.store.database"},
    "pyarrow": {"pipeline.store"},
    "xlsxwriter": {"pipeline.report"},
    "jinja2": {"pipeline.report", "pipeline.web"},
    "fastapi": {"pipeline.web"},
    "starlette": {"pipeline.web"},
    "uvicorn": {"flows"},
    "babel": {"pipeline.web"},
    "argon2": {"pipeline.web.passwords"},
    "authlib": {"pipeline.web.openid"},
    "prefect": {"flows"},
    "typer": {"flows"},
    "rich": {"flows"},
}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {name_of(p) for p in MODULES}


def imports(path: Path, everywhere: bool = True) -> set[str]:
    """Absolute names that a module imports; with ``everywhere`` false only those at module level."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = ast.walk(tree) if everywhere else iter(tree.body)
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            # "from flows.cli import runs" names a module, "from pipeline.domain import Body" names what a module holds.
            inner = {f"{node.module}.{alias.name}" for alias in node.names} & NAMES
            found.update(inner)
            if len(inner) < len(node.names):
                found.add(node.module or "")
    return found


def room(module: str) -> str:
    return module.split(".")[1] if module.count(".") else ""


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_rooms_import_only_what_they_may(path: Path) -> None:
    module = name_of(path)
    used = {m for m in imports(path) if m.split(".")[0] in ("pipeline", "flows")}
    if module.startswith("pipeline"):
        assert not [m for m in used if m.startswith("flows")], "the library knows no flows"
        here = room(module)
        if here:
            others = {room(m) for m in used} - {here, ""}
            assert others <= MAY_USE[here], f"{module} reaches into {sorted(others - MAY_USE[here])}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_heavy_libraries_have_one_door(path: Path) -> None:
    module = name_of(path)
    for library in {m.split(".")[0] for m in imports(path)} & set(DOORS):
        assert any(module == door or module.startswith(f"{door}.") for door in DOORS[library]), f"{module}: {library}"


def test_no_import_circles() -> None:
    graph = nx.DiGraph()
    for path in MODULES:
        for used in imports(path, everywhere=False) & NAMES:
            graph.add_edge(name_of(path), used)
    assert not list(nx.simple_cycles(graph))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_names_say_their_topic(path: Path) -> None:
    assert not {"utils", "util", "helpers", "helper", "misc", "common", "manager", "config"} & set(
        path.relative_to(ROOT).with_suffix("").parts
    )


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, f"{path}: {node.name}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_exports_are_sorted_and_exist(path: Path) -> None:
    module = name_of(path)
    if path.name == "__main__.py":
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    declared = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"
    ]
    if module == "flows" and not declared:
        return
    assert declared, f"{module} declares no __all__"
    names = declared[0]
    assert names == sorted(names, key=lambda n: (not n.isupper(), not n[0].isupper(), n)) or names == sorted(names)
    loaded = import_module(module)
    assert all(hasattr(loaded, name) for name in names)


def test_data_folders_hold_no_python() -> None:
    assert not [p for top in ("models", "corpus") for p in (ROOT / top).rglob("*.py")]


def test_nouns_are_frozen_and_slotted() -> None:
    domain = import_module("pipeline.domain")
    for name in domain.__all__:
        noun = getattr(domain, name)
        if hasattr(noun, "__dataclass_params__"):
            assert noun.__dataclass_params__.frozen, name
            assert "__slots__" in vars(noun), name


def test_domain_needs_no_library() -> None:
    allowed = set(sys.stdlib_module_names) | {"pipeline"}
    for path in (ROOT / "pipeline" / "domain").glob("*.py"):
        assert {m.split(".")[0] for m in imports(path)} <= allowed
