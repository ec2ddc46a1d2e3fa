"""Settings of what finds texts by meaning."""

from typing import Any

from pydantic import Field

from service.settings import ServiceSettings


class VectorSettings(ServiceSettings):
    """Where the vectors are kept, and what makes them."""

    chroma_url: str = Field(
        default="",
        description="A Chroma server, for several API servers; empty: embedded in QNA_DATA_DIR.",
    )
    embedding_function: str = Field(
        default="wordllama",
        description="`wordllama`, which needs no download, or the name of an embedding function of Chroma.",
    )
    embedding_options: dict[str, Any] = Field(
        default_factory=dict,
        description='Arguments of that function as JSON, such as {"model_name": "nomic-embed-text"}.',
    )
