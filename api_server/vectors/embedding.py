"""Texts as vectors: a small model that needs no download, or any embedding function of Chroma by its name."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api_server.errors import VectorsUnavailable

Vectors = NDArray[np.float32]
WORDLLAMA = "wordllama"
WORDLLAMA_DIMENSIONS = 256


@dataclass(frozen=True)
class Embedding:
    """Makes one vector for each text. Vectors of different `tag` cannot be compared."""

    tag: str
    embed: Callable[[Sequence[str]], Vectors]


def load_embedding(name: str, options: Mapping[str, Any]) -> Embedding:
    """The embedding that EMBEDDING_FUNCTION names; blocking. Raises `VectorsUnavailable`."""
    return _load_wordllama() if name == WORDLLAMA else _load_function_of_chroma(name, options)


def _load_wordllama() -> Embedding:
    import wordllama  # type: ignore[import-untyped]

    # Without these two it looks for its tokenizer in a folder it has not, and downloads it.
    model = wordllama.WordLlama.load(
        cache_dir=Path(wordllama.__file__).parent, disable_download=True, dim=WORDLLAMA_DIMENSIONS
    )

    def embed(texts: Sequence[str]) -> Vectors:
        return np.asarray(model.embed(list(texts), norm=True), dtype=np.float32)

    return Embedding(f"{WORDLLAMA}{WORDLLAMA_DIMENSIONS}", embed)


def _load_function_of_chroma(name: str, options: Mapping[str, Any]) -> Embedding:
    from chromadb.utils.embedding_functions import known_embedding_functions

    if name not in known_embedding_functions:
        raise VectorsUnavailable(
            f"there is no embedding function {name!r}",
            suggestions=(f"Set EMBEDDING_FUNCTION to {WORDLLAMA}.",),
            known=[WORDLLAMA, *sorted(known_embedding_functions)],
        )
    try:
        function = known_embedding_functions[name](**options)
    except (ValueError, TypeError, ImportError) as error:
        raise VectorsUnavailable(
            f"the embedding function {name!r} cannot be made: {error}",
            suggestions=("Set what it asks for, its arguments in EMBEDDING_OPTIONS as JSON.",),
        ) from error

    def embed(texts: Sequence[str]) -> Vectors:
        return np.asarray(function(list(texts)), dtype=np.float32)

    kind = json.dumps([name, function.get_config()], sort_keys=True, default=str)
    return Embedding(f"{name}-{hashlib.sha256(kind.encode()).hexdigest()[:8]}", embed)
