"""What every vector index must do: the embedded Chroma and a Chroma server are asked the same."""

import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from string import ascii_lowercase
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from chromadb import Documents, EmbeddingFunction, Embeddings
from chromadb.utils.embedding_functions import register_embedding_function

from api_server.errors import VectorsUnavailable
from api_server.settings.vectors import VectorSettings
from api_server.vectors.chroma import ChromaIndex
from api_server.vectors.index import Collection, Fact, Item, VectorIndex
from tests.doubles.chroma_server import running_chroma

QUESTIONS, TOOLS = Collection.QUESTIONS, Collection.TOOLS
TEXTS = {
    "fall": "the deepest fall of a share price from its peak",
    "swing": "how strongly a share price swings up and down",
    "pay": "dividends that a company has paid to its owners",
}
ITEMS = [Item(name, text) for name, text in TEXTS.items()]
Open = Callable[..., ChromaIndex]


class LetterCount(EmbeddingFunction[Documents]):
    """A function of Chroma's kind: how often each letter is there."""

    def __init__(self) -> None:
        """Nothing to prepare."""

    def __call__(self, input: Documents) -> Embeddings:  # noqa: A002  the name is Chroma's
        return [np.array([text.count(letter) for letter in ascii_lowercase], np.float32) for text in input]

    @staticmethod
    def name() -> str:
        return "letter_count"

    def get_config(self) -> dict[str, Any]:
        return {}

    @staticmethod
    def build_from_config(_config: dict[str, Any]) -> "LetterCount":
        return LetterCount()


@pytest.fixture(scope="module")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_chroma(tmp_path_factory.mktemp("chroma")) as url:
        yield url


@pytest.fixture(params=["embedded", "server"])
async def open_index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Open]:
    """Opens an index over the same store each time; a server is one store for all tests, so owners differ."""
    url = request.getfixturevalue("server_url") if request.param == "server" else ""
    opened: list[ChromaIndex] = []

    def open_one(**settings: object) -> ChromaIndex:
        facts = {"qna_data_dir": tmp_path, "chroma_url": url, **settings}
        opened.append(ChromaIndex(VectorSettings(_env_file=None, **facts)))  # type: ignore[arg-type]
        return opened[-1]

    yield open_one
    for index in opened:
        await index.close()


@pytest.fixture
def index(open_index: Open) -> VectorIndex:
    return open_index()


@pytest.fixture
def owner() -> str:
    """Somebody that no other test knows."""
    return uuid4().hex


def owned(owner: str, *items: Item) -> list[Item]:
    return [Item(item.id, item.text, {**item.facts, "user_id": owner}) for item in items]


async def test_the_nearest_text_comes_first_with_its_similarity(index: VectorIndex, owner: str) -> None:
    await index.remember(QUESTIONS, owned(owner, *ITEMS))
    found = await index.propose(QUESTIONS, "how much has the price swung", 2, {"user_id": owner})
    assert found[0].id == "swing"
    assert len(found) == 2
    assert 1 >= found[0].similarity > found[1].similarity > -1
    same = await index.propose(QUESTIONS, TEXTS["pay"], 1, {"user_id": owner})
    assert same[0].text == TEXTS["pay"]
    assert same[0].similarity == pytest.approx(1, abs=1e-5)


async def test_nothing_remembered_gives_no_proposals(index: VectorIndex, owner: str) -> None:
    assert await index.propose(QUESTIONS, "anything", 5, {"user_id": owner}) == []


async def test_one_persons_texts_are_never_proposed_to_another_nor_to_nobody(
    index: VectorIndex, owner: str
) -> None:
    other = uuid4().hex
    await index.remember(QUESTIONS, [*owned(owner, *ITEMS), *owned(other, ITEMS[0])])
    assert [p.id for p in await index.propose(QUESTIONS, "fall", 9, {"user_id": other})] == ["fall"]
    everyone = await index.propose(QUESTIONS, TEXTS["fall"], 9)
    assert not {owner, other} & {p.facts.get("user_id") for p in everyone}


async def test_the_same_id_again_replaces_text_and_facts(index: VectorIndex, owner: str) -> None:
    await index.remember(QUESTIONS, owned(owner, Item("one", "volume traded", {"old": 1, "kept": 1})))
    await index.remember(QUESTIONS, owned(owner, Item("one", "earnings call", {"kept": 2})))
    (found,) = await index.propose(QUESTIONS, "earnings", 5, {"user_id": owner})
    assert (found.text, found.facts) == ("earnings call", {"kept": 2, "user_id": owner})


async def test_every_kind_of_fact_comes_back_and_all_conditions_count(index: VectorIndex, owner: str) -> None:
    facts: dict[str, Fact] = {"metric": "beta", "number": 3, "share": 0.5, "is_done": True}
    await index.remember(QUESTIONS, owned(owner, Item("a", "same", facts), Item("b", "same", {"number": 3})))
    both = await index.propose(QUESTIONS, "same", 5, {"user_id": owner, "number": 3})
    assert {proposal.id for proposal in both} == {"a", "b"}
    (one,) = await index.propose(
        QUESTIONS, "same", 5, {"user_id": owner, "number": 3, "metric": "beta", "is_done": True}
    )
    assert one.facts == {**facts, "user_id": owner}


async def test_collections_do_not_mix(index: VectorIndex, owner: str) -> None:
    await index.remember(QUESTIONS, owned(owner, *ITEMS))
    assert await index.propose(TOOLS, TEXTS["fall"], 5, {"user_id": owner}) == []


async def test_what_is_forgotten_is_not_proposed_and_unknown_ids_are_no_error(
    index: VectorIndex, owner: str
) -> None:
    await index.remember(QUESTIONS, owned(owner, *ITEMS))
    await index.forget(QUESTIONS, ["fall", "never seen"], owner)
    left = await index.propose(QUESTIONS, TEXTS["fall"], 5, {"user_id": owner})
    assert {proposal.id for proposal in left} == {"swing", "pay"}


async def test_what_is_not_listed_any_more_is_dropped_also_after_a_restart(
    open_index: Open, owner: str
) -> None:
    first = open_index()
    await first.remember(TOOLS, owned(owner, ITEMS[0]))
    await first.keep_only(TOOLS, [*ITEMS, *(Item(f"old {number}", "gone soon") for number in range(1_100))])
    await first.close()
    second = open_index()
    await second.keep_only(TOOLS, ITEMS[1:])
    found = await second.propose(TOOLS, TEXTS["fall"], 9)
    assert {proposal.id for proposal in found} == {"swing", "pay"}
    assert len(await second.propose(TOOLS, TEXTS["fall"], 9, {"user_id": owner})) == 1
    await second.keep_only(TOOLS, [])
    assert await second.propose(TOOLS, TEXTS["fall"], 9) == []


async def test_more_texts_than_one_batch_are_all_found_again(index: VectorIndex, owner: str) -> None:
    many = [Item(str(number), f"text number {number}") for number in range(1_500)]
    await index.remember(QUESTIONS, owned(owner, *many))
    (found,) = await index.propose(QUESTIONS, "text number 1499", 1, {"user_id": owner})
    assert found.similarity == pytest.approx(1, abs=1e-5)


async def test_texts_outlive_the_index_that_remembered_them(open_index: Open, owner: str) -> None:
    first = open_index()
    await first.remember(QUESTIONS, owned(owner, *ITEMS))
    await first.close()
    found = await open_index().propose(QUESTIONS, TEXTS["pay"], 1, {"user_id": owner})
    assert [proposal.id for proposal in found] == ["pay"]


async def test_another_embedding_makes_the_vectors_anew(open_index: Open, owner: str) -> None:
    register_embedding_function(LetterCount)  # type: ignore[no-untyped-call]
    first = open_index()
    await first.remember(QUESTIONS, owned(owner, *ITEMS))
    await first.close()
    second = open_index(embedding_function=LetterCount.name())
    found = await second.propose(QUESTIONS, TEXTS["pay"], 5, {"user_id": owner})
    assert found[0].id == "pay"
    assert {proposal.facts["user_id"] for proposal in found} == {owner}
    assert len(found) == 3


async def test_it_says_where_it_stands(open_index: Open) -> None:
    index = open_index()
    assert index.readiness.state == "starting"
    await index.propose(TOOLS, "anything", 1)
    assert index.readiness.is_ready
    await index.close()
    assert index.readiness.state == "unavailable"
    with pytest.raises(VectorsUnavailable, match="closed"):
        await index.propose(TOOLS, "anything", 1)


async def test_an_unknown_embedding_is_told_with_those_there_are(open_index: Open) -> None:
    index = open_index(embedding_function="telepathy")
    with pytest.raises(VectorsUnavailable, match="telepathy") as error:
        await index.propose(TOOLS, "anything", 1)
    assert "wordllama" in error.value.details["known"]
    assert index.readiness.state == "unavailable"


async def test_an_embedding_that_lacks_its_key_says_what_it_asks_for(
    open_index: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(VectorsUnavailable, match="API_KEY"):
        await open_index(embedding_function="openai").propose(TOOLS, "anything", 1)


async def test_no_server_at_the_address_is_unavailable(tmp_path: Path) -> None:
    settings = VectorSettings(_env_file=None, qna_data_dir=tmp_path, chroma_url="http://127.0.0.1:9")
    index = ChromaIndex(settings)
    with pytest.raises(VectorsUnavailable, match="no Chroma server"):
        await index.remember(TOOLS, ITEMS)
    await index.close()


async def test_a_second_process_is_sent_to_a_server_and_may_enter_when_the_first_has_left(
    tmp_path: Path,
) -> None:
    index = ChromaIndex(VectorSettings(_env_file=None, qna_data_dir=tmp_path))
    await index.remember(TOOLS, ITEMS)
    code = (
        "import sys; from pathlib import Path; from api_server.vectors.opening import open_chroma\n"
        "from api_server.errors import VectorsUnavailable\n"
        "try: open_chroma('', Path(sys.argv[1])).close()\n"
        "except VectorsUnavailable as error: print(error.suggestions[0])\n"
    )

    def enter() -> str:
        command = [sys.executable, "-c", code, str(tmp_path / "vectors")]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert "CHROMA_URL" in enter()
    await index.close()
    assert enter() == ""
