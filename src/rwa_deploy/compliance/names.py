"""Name as written -> the tokens it is compared by: spellings of one name become one.

Letters lose accents and case, honorifics and particles go, compounds of Abd, -ullah and -uddin become one word, and the
common spellings of Arabic and Urdu names lead to one of them. What is left of a difference, the score takes care of.
"""

import re
import unicodedata
from functools import lru_cache

__all__ = ["tokens_of"]

_LETTERS = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ŧ": "t",
        "ə": "a", "ʿ": "", "ʾ": "", "ʼ": "", "'": "", "’": "", "‘": "", "`": "", "´": "",
    }
)  # fmt: skip
_WORD = re.compile(r"[a-z]+|[0-9]+")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_HONORIFICS = _set(
    "mr mrs ms miss mst dr doctor prof professor engr adv advocate justice haji hajji hajj alhaj hafiz qari maulana"
    " maulvi molvi moulana mulla mullah mufti allama sir sahib sahiba saheb janab mian begum bibi sardar col colonel"
    " gen general maj major lt capt captain brig brigadier retd"
)
_PARTICLES = _set("al el ul ur as ash us ush an ad ud uz bin ibn ben bint binti ould wa de van von")
_SERVANT = _set("abd abdul abdel abdal abdur abdus abdush abdud abduz abdool")
_OF_GOD = _set("ullah allah ollah")
_OF_FAITH = _set("din deen dien dine")

_ONE_SPELLING = {
    "muhammad": "mohammed mohammad muhammed mohamed mohamad muhamad mohamet mohd md muhd mohamud muhammet mahomed",
    "ahmad": "ahmed ahmet ahmd ahamed",
    "mahmud": "mahmood mehmood mahmoud mehmud mehmet",
    "hamid": "hameed hamied",
    "husain": "hussain hussein husein hossain hosein husayn hussayn hosain",
    "hasan": "hassan hasson hassen",
    "usman": "osman othman uthman ousman",
    "umar": "omar omer umer",
    "ali": "aly aliy",
    "yusuf": "yousuf yousaf yusaf yousef youssef yusef yousof",
    "khalid": "khaled kalid khaleed",
    "rahman": "rehman rahmaan rehmaan rahmen",
    "rahim": "raheem rehim",
    "karim": "kareem kerim",
    "rashid": "rasheed rachid reshid",
    "said": "saeed sayeed saeid saied saiid",
    "saiyid": "syed sayed sayyid sayyed saiyed sayid seyed seyyed",
    "ibrahim": "ebrahim ibraheem brahim",
    "ismail": "esmail ismael ismaeel ismaiel",
    "jamal": "gamal jamaal djamal",
    "qasim": "kasim qasem kassem ghasem qassim kassim",
    "tariq": "tarek tarik tareq tarique",
    "majid": "majeed magid",
    "nasir": "naser nasser nassir naseer",
    "sulaiman": "suleiman suleman sulayman soliman suliman",
    "shaikh": "sheikh shaykh shekh sheik shaik",
    "fatima": "fatema fatimah fathima fatma",
    "aisha": "ayesha aysha aishah aicha",
    "zainab": "zaynab zeinab zenab",
    "chaudhry": "chaudhary chaudhri choudhury chowdhury chaudry choudhry",
    "quraishi": "qureshi koreishi qureishi qurashi",
    "siddiqi": "siddiqui siddique sidiqi sadiqi",
    "abdullah": "abdallah abdulla abdellah abdollah abdalla",
    "aziz": "azeez azziz",
    "latif": "lateef latief",
    "salim": "saleem selim",
    "jalal": "jalaal galal",
    "nur": "noor nour",
    "iqbal": "eqbal ikbal",
    "malik": "malick melik maalik",
    "khan": "khaan",
}  # fmt: skip
_DOUBLED = re.compile(r"(.)\1+")
_FAITH = re.compile(r"(.{3,})(?:uddin|uddeen|udin|udeen|eddin|eddine|aldin|iddin)")
# The article follows the letter after it: Abdurrahman, Abdussalam and Abdul Rahman, Abdul Salam are the same.
_ABD = re.compile(r"abd[aeu](?:l|r(?=r)|s(?=s)|sh(?=sh)|d(?=d)|n(?=n)|z(?=z)|t(?=t))(.{3,})")
_FOLDED = (("ph", "f"), ("ck", "k"), ("oo", "u"), ("ou", "u"), ("ee", "i"), ("aa", "a"), ("w", "v"))


def _folded(word: str) -> str:
    for written, one in _FOLDED:
        word = word.replace(written, one)
    return _DOUBLED.sub(r"\1", word)


_SPELLINGS = {_folded(spelling): _folded(one) for one, others in _ONE_SPELLING.items() for spelling in others.split()}


@lru_cache(maxsize=1 << 17)
def tokens_of(name: str) -> tuple[str, ...]:
    """Name -> its tokens in their order, none for a name without Latin letters."""
    folded = "".join(
        char for char in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(char)
    ).translate(_LETTERS)
    words = [word for word in _WORD.findall(folded) if word not in _HONORIFICS]
    return tuple(_spelling(word) for word in _compounds(words) if word not in _PARTICLES)


def _compounds(words: list[str]) -> list[str]:
    """Words -> words, those joined that are one name: Abd ul Rahman, Rahmat Ullah, Salah ud Din."""
    made: list[str] = []
    for word in words:
        last = made[-1] if made else ""
        if made and last in _SERVANT:
            made[-1] = last if word in _PARTICLES else _servant(word)
        elif made and word in _OF_GOD and last not in _PARTICLES:
            made[-1] = f"{last}ullah"
        elif len(made) > 1 and word in _OF_FAITH and last in _PARTICLES:
            made[-2:] = [f"{made[-2]}uddin"]
        else:
            made.append(word)
    return made


def _servant(word: str) -> str:
    if word in {*_OF_GOD, "lah"}:
        return "abdullah"
    folded = _folded(word)
    return f"abdul{_SPELLINGS.get(folded, folded)}"


@lru_cache(maxsize=1 << 17)
def _spelling(word: str) -> str:
    if match := _FAITH.fullmatch(word):
        word = f"{match[1]}uddin"
    if match := _ABD.fullmatch(word):
        word = _servant(match[1])
    folded = _folded(word)
    return _SPELLINGS.get(folded, folded)
