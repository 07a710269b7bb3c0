"""The language model's attribute rules, looked up instead of matched: the same result at a small part of the cost.

spaCy's ``attribute_ruler`` sets part of speech, morphology and some lemmas by two hundred patterns, and tries each of
them at each token, which takes a fifth of the whole pipeline's time. The patterns ask for a token's tag, lower-case
form, dependency and white space, and only for few forms. So few kinds of tokens differ in their eyes, and what they
say of a kind is found out once and kept.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spacy.language import Language
from spacy.pipeline import AttributeRuler
from spacy.strings import StringStore
from spacy.tokens import Doc
from spacy.tokens._retokenize import set_token_attrs

from kg.errors import ModelError

RULER = "attribute_ruler"
LOOKED_UP = "legation_attributes"

SEEN: list[int | str] = ["TAG", "LOWER", "DEP", "IS_SPACE"]
"""What patterns see of a token."""

FORMS = 50_000
"""Words of which is kept whether any pattern asks for them; the news has ever new ones."""

Kind = tuple[int, ...]
"""A token as patterns see it, in the order of SEEN; a form that no pattern asks for is 0."""

Test = Callable[[int], bool]


@dataclass(frozen=True)
class _Pattern:
    """A rule's number, what it asks of tokens in a row (place in a kind, test of the value), and which it changes."""

    rule: int
    tokens: tuple[tuple[tuple[int, Test], ...], ...]
    changed: int

    def fits(self, kinds: Sequence[Kind]) -> bool:
        """Return whether the pattern fits the first tokens of all these kinds."""
        rows = zip(self.tokens, kinds, strict=False)
        return len(kinds) >= len(self.tokens) and all(test(kind[at]) for tests, kind in rows for at, test in tests)


@dataclass(frozen=True)
class _Said:
    """The rules that apply to one kind of token, what they set, and the patterns of more tokens that it may begin."""

    rules: tuple[int, ...]
    attrs: dict[Any, Any]
    longer: tuple[_Pattern, ...]


class Attributes:
    """A component of the pipeline that does what the given attribute ruler does."""

    def __init__(self, ruler: AttributeRuler) -> None:
        """Take over the ruler's rules.

        Raises:
            ModelError: A rule asks what is not looked at here.
        """
        self._attrs = ruler.attrs
        self._patterns = [
            _Pattern(
                rule, tuple(_tests(token, ruler.vocab.strings) for token in row), range(len(row))[ruler.indices[rule]]
            )
            for rule, row in _rows(ruler)
        ]
        form = SEEN.index("LOWER")
        every = (test for pattern in self._patterns for tests in pattern.tokens for test in tests)
        self._asked = [(test, test(0)) for at, test in every if at == form]
        self._forms: dict[int, int] = {}
        self._said: dict[Kind, _Said] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Set the attributes of all tokens; where several rules apply, the later ones win."""
        forms = self._forms
        kinds = [
            (tag, forms[form] if form in forms else self._form(form), dep, space)
            for tag, form, dep, space in doc.to_array(SEEN).tolist()
        ]
        said = [self._said.get(kind) or self._say(kind) for kind in kinds]
        more: dict[int, set[int]] = defaultdict(set)
        for start, of_kind in enumerate(said):
            for pattern in of_kind.longer:
                if pattern.fits(kinds[start : start + len(pattern.tokens)]):
                    more[start + pattern.changed].add(pattern.rule)
        for place, of_kind in enumerate(said):
            attrs = self._set_by(more[place].union(of_kind.rules)) if place in more else of_kind.attrs
            set_token_attrs(doc[place], attrs)
        return doc

    def _form(self, form: int) -> int:
        if len(self._forms) >= FORMS:
            self._forms.clear()
        self._forms[form] = form if any(test(form) != of_none for test, of_none in self._asked) else 0
        return self._forms[form]

    def _say(self, kind: Kind) -> _Said:
        rules = tuple(p.rule for p in self._patterns if len(p.tokens) == 1 and p.fits([kind]))
        longer = (p for p in self._patterns if len(p.tokens) > 1)
        begun = tuple(p for p in longer if all(test(kind[at]) for at, test in p.tokens[0]))
        self._said[kind] = _Said(rules, self._set_by(rules), begun)
        return self._said[kind]

    def _set_by(self, rules: Iterable[int]) -> dict[Any, Any]:
        return {attr: value for rule in sorted(rules) for attr, value in self._attrs[rule].items()}


def _rows(ruler: AttributeRuler) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Yield each pattern, a row of tokens, with the number of its rule."""
    for rule, told in enumerate(ruler.patterns):
        patterns: Any = told["patterns"]
        for row in patterns:
            yield rule, row


def _tests(token: Mapping[str, Any], strings: StringStore) -> tuple[tuple[int, Test], ...]:
    """Return what a pattern asks of one token: places in a kind, and tests of the values there."""
    if strange := sorted(token.keys() - set(SEEN)):
        raise ModelError(f"the language model's attribute rules ask for {', '.join(strange)}; install the pinned model")
    return tuple((SEEN.index(name), _test(wanted, strings)) for name, wanted in token.items())


def _test(wanted: Any, strings: StringStore) -> Test:
    match wanted:
        case bool() | str():
            return _test({"IN": [wanted]}, strings)
        case {"IN": values, **rest} if not rest:
            ids = {strings.add(value) if isinstance(value, str) else int(value) for value in values}
            return ids.__contains__
        case {"NOT_IN": values, **rest} if not rest:
            among = _test({"IN": values}, strings)
            return lambda value: not among(value)
        case {"REGEX": expression, **rest} if not rest:
            search = re.compile(expression).search
            return lambda value: search(strings[value]) is not None
    raise ModelError(f"the language model's attribute rules ask for {wanted!r}; install the pinned model")


@Language.factory(LOOKED_UP)
def _attributes(nlp: Language, name: str) -> Attributes:
    ruler: Any = nlp.get_pipe(RULER)
    return Attributes(ruler)


def look_up_attributes(nlp: Language) -> Language:
    """Return the pipeline with its attribute ruler replaced by the component that looks up."""
    nlp.add_pipe(LOOKED_UP, after=RULER)
    nlp.remove_pipe(RULER)
    return nlp
