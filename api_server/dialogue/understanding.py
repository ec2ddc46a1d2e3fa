"""Understands a question in its session: follow-up, meaning, assumptions, and what to confirm."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from api_server.dialogue.context import DialogueContext
from api_server.dialogue.cutting import Cutter
from api_server.dialogue.expansion import DEFAULT_PERIOD, DEFAULT_TOPIC, Expansion, expand
from api_server.dialogue.follow_ups import Resolution, resolve
from api_server.dialogue.loose_words import put_loose
from api_server.dialogue.meaning import meaning_of
from api_server.dialogue.naming_dates import Dated, put_dates
from api_server.dialogue.naming_days import put_days
from api_server.dialogue.parameters import changed_parameters
from api_server.dialogue.parts import Cut, PartKind
from api_server.dialogue.rewriting import with_tickers
from api_server.dialogue.terms import load_terms
from api_server.language.lexicon import load_lexicon
from schemas.understanding import Meaning, Understanding
from schemas.wire import utc_now

CONFIRM_BELOW = 0.8


@dataclass(frozen=True)
class Dialogue:
    """Understands questions with one set of tables."""

    cutter: Cutter
    today: Callable[[], date]

    def understand(self, question: str, context: DialogueContext, auto_expand: bool = True) -> Understanding:
        """What `question` means after the turns of `context`. Never raises: confidence says what is clear."""
        resolution = resolve(self.cutter.cut(question), context, self.cutter)
        plain = " ".join(question.split())
        resolved = resolution.question if resolution else plain
        cut = self.cutter.cut(resolved)
        if (spelled := with_tickers(cut)) != cut.text:
            resolved, cut = spelled, self.cutter.cut(spelled)
        meaning = meaning_of(cut, self.cutter.terms)
        expansion = self._expand(resolved)
        is_expanded = expansion.question != cut.text and not (resolution and resolution.is_about_answer)
        confidence = round(expansion.confidence * (resolution.confidence if resolution else 1.0), 2)
        return Understanding(
            question=question,
            resolved_question=resolved,
            expanded_question=expansion.question if is_expanded and auto_expand else resolved,
            meaning=meaning,
            follow_up_of=resolution.turn.execution_id if resolution else None,
            changed=resolution.changed if resolution else (),
            asks_about="previous_answer" if resolution and resolution.is_about_answer else "question",
            aspect=resolution.aspect if resolution else None,
            assumptions=(
                *self._notes(question, cut, resolution),
                *((*expansion.names, *expansion.assumptions) if auto_expand else ()),
            ),
            alternatives=expansion.alternatives,
            confidence=confidence,
            needs_confirmation=not auto_expand and (is_expanded or confidence < CONFIRM_BELOW),
            parameters=self._parameters(resolution, meaning),
        )

    def expanded(self, understanding: Understanding) -> str:
        """The question with its assumptions spelled out, also when it was not to be expanded by itself."""
        return self._expand(understanding.resolved_question).question

    def proposed(self, understanding: Understanding) -> Understanding:
        """One that was not to be expanded by itself, as it would be: for its person to confirm."""
        expansion = self._expand(understanding.resolved_question)
        assumptions = dict.fromkeys([*understanding.assumptions, *expansion.names, *expansion.assumptions])
        return understanding.model_copy(
            update={"expanded_question": expansion.question, "assumptions": tuple(assumptions)}
        )

    def as_asked(self, understanding: Understanding) -> Understanding:
        """The question without its defaults: what answers it has its own."""
        defaults = self._expand(understanding.resolved_question).assumptions
        kept = tuple(note for note in understanding.assumptions if note not in defaults)
        return understanding.model_copy(
            update={"expanded_question": understanding.resolved_question, "assumptions": kept}
        )

    def meaning(self, question: str) -> Meaning:
        """The meaning of a question that stands alone."""
        return meaning_of(self.cutter.cut(question), self.cutter.terms)

    def _expand(self, question: str) -> Expansion:
        steps: list[Dated] = []
        for put in (put_loose, self._put_dates, self._put_days):
            steps.append(put(self.cutter.cut(steps[-1].question if steps else question)))
        expansion = expand(self.cutter.cut(steps[-1].question), self.cutter.terms)
        assumptions = [note for step in steps for note in step.assumptions]
        if not assumptions:
            return expansion
        offered = [alternative for step in steps for alternative in step.alternatives]
        return replace(
            expansion,
            confidence=min(expansion.confidence, DEFAULT_TOPIC if steps[0].assumptions else DEFAULT_PERIOD),
            assumptions=(*assumptions, *expansion.assumptions),
            alternatives=(*offered, *expansion.alternatives),
        )

    def _put_dates(self, cut: Cut) -> Dated:
        return put_dates(cut, self.today())

    def _put_days(self, cut: Cut) -> Dated:
        return put_days(cut, self.cutter.terms, self.today())

    def _parameters(self, resolution: Resolution | None, meaning: Meaning) -> dict[str, object] | None:
        if resolution is None or resolution.is_about_answer or not resolution.turn.schema:
            return None
        before = self.meaning(resolution.turn.question)
        return changed_parameters(before, meaning, resolution.turn.schema, resolution.turn.values)

    def _notes(self, question: str, cut: Cut, resolution: Resolution | None) -> tuple[str, ...]:
        if resolution is None:
            return ()
        names = [part for part in self.cutter.cut(question).of(PartKind.SYMBOL) if part.family == "proxy"]
        notes = [f"“{part.words}” was read as {part.value}" for part in names]
        notes += [f"understood after “{resolution.turn.question}”"]
        strange = [part.value for part in cut.of(PartKind.SYMBOL) if part.family == "unknown"]
        notes += [
            f"{symbol} is not among the symbols known here; the data decides whether it exists"
            for symbol in strange
        ]
        return tuple(notes)


def create_dialogue(today: Callable[[], date] = lambda: utc_now().date()) -> Dialogue:
    """With the tables of this package and of `api_server.language`."""
    return Dialogue(Cutter(load_lexicon(), load_terms()), today)
