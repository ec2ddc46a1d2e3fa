"""Collections of Chroma: one for each kind of text, owner and embedding. Everything here blocks.

Owners have collections of their own because Chroma filters before it searches: with 100,000 texts of one
owner in a common collection the filter alone takes longer than a hundred searches.
"""

import hashlib
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from api_server.vectors.embedding import Embedding
from api_server.vectors.index import Collection, Fact, Item, Proposal
from api_server.vectors.opening import OpenedChroma

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection as Shelf
    from chromadb.api.types import GetResult

BATCH = 1000
COMPLETE = {"state": "complete"}
FILLING = {"state": "filling"}


class Shelves:
    """Puts texts into the right collection of Chroma and finds them there."""

    def __init__(self, opened: OpenedChroma, embedding: Embedding) -> None:
        self._opened = opened
        self._embedding = embedding
        self._known: dict[str, Shelf] = {}
        self._lock = threading.Lock()

    def put(self, collection: Collection, owner: Fact | None, items: Sequence[Item]) -> None:
        """Keep `items`; the last of those with one id wins."""
        unique = list({item.id: item for item in items}.values())
        shelf = self._shelf(collection, owner)
        for start in range(0, len(unique), BATCH):
            self._put_batch(shelf, unique[start : start + BATCH])

    def keep_only(self, collection: Collection, items: Sequence[Item]) -> None:
        """Keep `items`, which have no owner, and drop every other text without one."""
        self.put(collection, None, items)
        known = self._shelf(collection, None).get(include=[])["ids"]
        gone = sorted(set(known) - {item.id for item in items})
        for start in range(0, len(gone), BATCH):
            self.drop(collection, None, gone[start : start + BATCH])

    def find(
        self, collection: Collection, owner: Fact | None, text: str, count: int, facts: Mapping[str, Fact]
    ) -> list[Proposal]:
        """The nearest texts with all of `facts`, best first."""
        conditions: list[Any] = [{name: value} for name, value in facts.items()]
        where = {"$and": conditions} if len(conditions) > 1 else next(iter(conditions), None)
        found = self._shelf(collection, owner).query(
            query_embeddings=self._embedding.embed([text]), n_results=count, where=where
        )
        rows = zip(
            found["ids"][0],
            (found["documents"] or [[]])[0],
            (found["metadatas"] or [[]])[0],
            (found["distances"] or [[]])[0],
            strict=True,
        )
        return [
            Proposal(identity, document, _facts(metadata), 1 - distance)
            for identity, document, metadata, distance in rows
        ]

    def drop(self, collection: Collection, owner: Fact | None, ids: Sequence[str]) -> None:
        """Forget these ids."""
        if ids:
            self._shelf(collection, owner).delete(ids=list(ids))

    def close(self) -> None:
        """Let go of Chroma."""
        self._opened.close()

    def _put_batch(self, shelf: "Shelf", items: Sequence[Item]) -> None:
        known = shelf.get(ids=[item.id for item in items], include=["documents", "metadatas"])
        before = {item.id: item for item in _items_of(known)}
        new = [item for item in items if before.get(item.id) != item]
        if new:
            shelf.upsert(
                ids=[item.id for item in new],
                documents=[item.text for item in new],
                metadatas=[_metadata(item, before.get(item.id)) for item in new],
                embeddings=self._embedding.embed([item.text for item in new]),
            )

    def _shelf(self, collection: Collection, owner: Fact | None) -> "Shelf":
        whose = "all" if owner is None else hashlib.sha256(str(owner).encode()).hexdigest()[:32]
        prefix = f"{collection}.{whose}."
        with self._lock:
            if prefix not in self._known:
                self._known[prefix] = self._open_shelf(prefix)
            return self._known[prefix]

    def _open_shelf(self, prefix: str) -> "Shelf":
        """The collection as it was left; a new one is filled with what another embedding has remembered.

        A start that is cut short goes on here: only after the copy is a collection marked complete.
        """
        shelf = self._opened.client.get_or_create_collection(
            prefix + self._embedding.tag,
            metadata=FILLING,
            configuration={"hnsw": {"space": "cosine"}},
            embedding_function=None,
        )
        if (shelf.metadata or {}).get("state") != "complete":
            for other in self._siblings(prefix, shelf.name):
                self._copy(other, shelf)
                self._opened.client.delete_collection(other.name)
            shelf.modify(metadata=COMPLETE)
        return shelf

    def _siblings(self, prefix: str, name: str) -> list["Shelf"]:
        found: list[Shelf] = []
        for offset in range(0, self._opened.client.count_collections(), BATCH):
            found.extend(self._opened.client.list_collections(limit=BATCH, offset=offset))
        return [other for other in found if other.name.startswith(prefix) and other.name != name]

    def _copy(self, source: "Shelf", target: "Shelf") -> None:
        for offset in range(0, source.count(), BATCH):
            page = source.get(limit=BATCH, offset=offset, include=["documents", "metadatas"])
            self._put_batch(target, _items_of(page))


def _metadata(item: Item, before: Item | None) -> Any:
    """The facts of `item`; Chroma keeps a former fact unless it is told that there is none."""
    stale = before.facts if before else {}
    return {**dict.fromkeys(stale), **item.facts} or None


def _items_of(page: "GetResult") -> list[Item]:
    rows = zip(page["ids"], page["documents"] or [], page["metadatas"] or [], strict=True)
    return [Item(identity, text, _facts(metadata)) for identity, text, metadata in rows]


def _facts(metadata: Mapping[str, Any] | None) -> dict[str, Fact]:
    return dict(metadata or {})
