"""Warnings that libraries ask for when they are imported: a fork asks again where its cells import them.

The last word on a warning counts. A notebook that first silences all warnings and then imports statsmodels is told of models
that do not converge, since statsmodels asks for that on import; in a fork it has been imported before the first cell.
"""

from __future__ import annotations

import importlib.util
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from typing import Any

_asked: dict[str, list[Any]] = {}  # filters by the module whose import has added them


@contextmanager
def note_filters(name: str) -> Iterator[None]:
    """Remember which warnings are asked for while a module is imported."""
    before = list(warnings.filters)
    yield
    added = [asked for asked in warnings.filters if asked not in before and asked[0] != "ignore"]
    if added and name in sys.modules:
        _asked[name] = added


def ask_again() -> None:
    """Have these modules imported anew as far as what they ask for goes; they stay the objects that they are."""
    held = {name: sys.modules.pop(name) for name in _asked if name in sys.modules}
    for name in held:
        around, _, own = name.rpartition(".")
        if around in sys.modules and own in vars(sys.modules[around]):
            delattr(sys.modules[around], own)  # else "from scipy import special" would look no further
    if held:
        sys.meta_path.insert(0, _Held(held))


class _Held:
    """What import finds first: modules that are there already."""

    def __init__(self, modules: dict[str, Any]) -> None:
        self._modules = modules
        self._specs = {name: module.__spec__ for name, module in modules.items()}

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        return importlib.util.spec_from_loader(name, self) if name in self._modules else None  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> Any:
        return self._modules.pop(spec.name)

    def exec_module(self, module: Any) -> None:
        name = module.__spec__.name
        module.__spec__ = self._specs[name]
        for action, message, category, where, line in reversed(_asked[name]):
            words, place = (pattern.pattern if pattern else "" for pattern in (message, where))
            warnings.filterwarnings(action, words, category, place, line)
