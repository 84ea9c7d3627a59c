"""Customers' names + entries of lists -> who resembles whom, as integers from 0 to 100.

Tokens are compared with tokens once (rapidfuzz, a matrix in slices), so names need no further comparison of text. The
score is the resemblance of the shorter name's tokens to their best partners, weighted by length, less what the longer
one has more; two names are looked at when the letters of the tokens that resemble each other could suffice for it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from rwa_deploy.compliance.lists import Born, ListEntry

__all__ = ["BORN_AGREES", "BORN_FAR", "BORN_OFF", "Matcher", "Name", "with_birth"]

Name = tuple[str, ...]
IntArray = npt.NDArray[np.int64]

BORN_AGREES = 5  # added for the same day of birth
BORN_OFF, BORN_FAR = 10, 20  # taken off for a birth more than a year, more than five years away from the list's

_ALIKE = 75  # below this two tokens are two names
_MISSING = 5  # taken off for each token that only the longer name has
_ALONE = 20  # taken off instead where the shorter name is a single token, which says little
_SLICE = 2_000  # tokens a slice of the matrix
_YEAR = 366


@dataclass(frozen=True, slots=True)
class _Known:
    """One name of an entry: its place among the entries, and its tokens by number."""

    entry: int
    tokens: tuple[int, ...]


class Matcher:
    """Entries -> what compares names with all of theirs."""

    __slots__ = ("_counts", "_letters", "_names", "_postings", "_repeated", "_sizes", "_tokens", "entries")

    def __init__(self, entries: Sequence[ListEntry]) -> None:
        self.entries = tuple(entries)
        self._tokens = sorted({token for entry in entries for name in entry.names for token in name})
        self._sizes = [len(token) for token in self._tokens]
        numbers = {token: number for number, token in enumerate(self._tokens)}
        self._names = [
            _Known(place, tuple(numbers[token] for token in name))
            for place, entry in enumerate(entries)
            for name in entry.names
        ]
        self._counts = np.array([len(name.tokens) for name in self._names], dtype=np.int64)
        self._letters = np.array([sum(map(self._sizes.__getitem__, one.tokens)) for one in self._names], dtype=np.int64)
        postings: dict[int, list[int]] = {}
        for number, name in enumerate(self._names):
            for token in name.tokens:
                postings.setdefault(token, []).append(number)
        # A name that has a token twice stands twice in the second, once in the first.
        self._repeated = {token: np.array(found, dtype=np.int64) for token, found in postings.items()}
        self._postings = {token: np.unique(found) for token, found in self._repeated.items()}

    def scores(self, names: Iterable[Name], least: int) -> Iterator[dict[int, int]]:
        """Names + least score -> for each name, place of an entry: its best score of at least that much."""
        asked = list(names)
        alike = self._alike(sorted({token for name in asked for token in name}))
        known: dict[Name, dict[int, int]] = {}
        for name in asked:
            if name not in known:
                known[name] = self._scored(name, alike, least)
            yield known[name]

    def _alike(self, tokens: Sequence[str]) -> Mapping[str, dict[int, int]]:
        """Tokens -> token: number of a token of the lists: resemblance."""
        found: dict[str, dict[int, int]] = {token: {} for token in tokens}
        if not self._tokens:
            return found
        for start in range(0, len(tokens), _SLICE):
            part = tokens[start : start + _SLICE]
            matrix = cdist(part, self._tokens, scorer=fuzz.ratio, score_cutoff=_ALIKE, dtype=np.uint8, workers=-1)
            for row, column in zip(*(place.tolist() for place in np.nonzero(matrix)), strict=True):
                found[part[row]][column] = int(matrix[row, column])
        return found

    def _scored(self, name: Name, alike: Mapping[str, dict[int, int]], least: int) -> dict[int, int]:
        best: dict[int, int] = {}
        for number in self._candidates(name, alike, least):
            known = self._names[number]
            score = _score(name, known.tokens, self._sizes, alike)
            if score >= least and score > best.get(known.entry, -1):
                best[known.entry] = score
        return best

    def _candidates(self, name: Name, alike: Mapping[str, dict[int, int]], least: int) -> list[int]:
        """Names that could reach the least score, by the letters of the tokens that resemble each other."""
        pairs = [(len(token) * name.count(token), number) for token in set(name) for number in alike[token]]
        if not pairs:
            return []
        mine = self._letters_of(self._postings, pairs)
        theirs = self._letters_of(
            self._repeated, [(self._sizes[number], number) for number in {one for _, one in pairs}]
        )
        touched = np.flatnonzero(mine)
        mine, theirs, counts = mine[touched], theirs[touched], self._counts[touched]
        missing = np.abs(counts - len(name))
        off = np.where((np.minimum(counts, len(name)) == 1) & (missing > 0), _ALONE, _MISSING * missing)
        # A token that resembles two of one name counts twice, which lets a name through too many and none too few.
        left = np.where(len(name) <= counts, sum(map(len, name)) - mine, self._letters[touched] - theirs).clip(0)
        both = mine + theirs
        return [int(number) for number in touched[100 * both >= (least + off) * (both + 2 * left)]]

    def _letters_of(self, postings: Mapping[int, IntArray], pairs: Sequence[tuple[int, int]]) -> IntArray:
        """(letters, token) -> for each name the letters of those of its tokens."""
        found = [postings[number] for _, number in pairs]
        letters = np.repeat([size for size, _ in pairs], [len(each) for each in found])
        return np.bincount(np.concatenate(found), letters, len(self._names)).astype(np.int64)


def with_birth(score: int, born: date | None, listed: Sequence[Born]) -> int:
    """Score of the names + day of birth + what the list says -> score; what neither knows changes nothing."""
    if born is None or not listed:
        return score
    if any(one.first == born == one.last for one in listed):
        return min(100, score + BORN_AGREES)
    away = min(max((one.first - born).days, (born - one.last).days, 0) for one in listed)
    off = BORN_FAR if away > 5 * _YEAR else BORN_OFF if away > _YEAR else 0
    return max(0, score - off)


def _score(name: Name, listed: tuple[int, ...], sizes: Sequence[int], alike: Mapping[str, dict[int, int]]) -> int:
    """Each token finds its best free partner; the best pairs are made first."""
    pairs = [
        (alike[token][number], len(token) + sizes[number], mine, theirs)
        for mine, token in enumerate(name)
        for theirs, number in enumerate(listed)
        if number in alike[token]
    ]
    pairs.sort(key=lambda pair: (-pair[0], -pair[1], pair[2], pair[3]))
    mine_used: set[int] = set()
    theirs_used: set[int] = set()
    weighted = weight = 0
    for resemblance, size, mine, theirs in pairs:
        if mine not in mine_used and theirs not in theirs_used:
            mine_used.add(mine)
            theirs_used.add(theirs)
            weighted += resemblance * size
            weight += size
    if len(name) <= len(listed):
        weight += sum(2 * len(token) for place, token in enumerate(name) if place not in mine_used)
    else:
        weight += sum(2 * sizes[number] for place, number in enumerate(listed) if place not in theirs_used)
    shorter, missing = min(len(name), len(listed)), abs(len(name) - len(listed))
    off = _ALONE if shorter == 1 and missing else _MISSING * missing
    return max(0, weighted // weight - off) if weight else 0
