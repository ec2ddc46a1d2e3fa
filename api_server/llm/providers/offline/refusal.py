"""What to say when there is no answer: what is missing, and the nearest question that has one."""

from api_server.llm.provider import CannotAnswer
from api_server.llm.providers.offline.frames import FrameIndex, frame_of
from api_server.llm.providers.offline.mentions import Mention
from api_server.llm.providers.offline.reading import Reader, Reading
from prompts.library import Library, Recipe
