"""The keys of the review region: which there are, and which a person has chosen instead."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.domain import Outcome
from pipeline.web.i18n import N_
from pipeline.web.wording import DIGITS, OUTCOMES

__all__ = ["ACTIONS", "KeyAction", "KeyMap", "key_map"]


@dataclass(frozen=True, slots=True)
class KeyAction:
    """Something a key does; ``name`` is what the page calls it, ``label`` a message."""

    name: str
    key: str
    label: str


def outcome_action(outcome: Outcome) -> str:
    """The name of the action that chooses an outcome."""
    return f"outcome-{outcome.value}"


ACTIONS: tuple[KeyAction, ...] = (
    *(KeyAction(outcome_action(outcome), digit, OUTCOMES[outcome]) for outcome, digit in DIGITS.items()),
    KeyAction("postpone", "p", N_("Postpone")),
    KeyAction("expert", "e", N_("Ask an expert")),
    KeyAction("undo", "u", N_("Undo the last decision")),
    KeyAction("next", "j", N_("Next pair")),
    KeyAction("previous", "k", N_("Previous pair")),
    KeyAction("note", "n", N_("Write a note")),
    KeyAction("theme", "t", N_("Theme")),
    KeyAction("basket", "b", N_("Report basket: put in or take out")),
    KeyAction("mode", "d", N_("Next kind of comparison")),
    KeyAction("next-difference", "]", N_("Next difference")),
    KeyAction("previous-difference", "[", N_("Previous difference")),
    KeyAction("next-match", "m", N_("Next matched words")),
    KeyAction("swap", "x", N_("Swap the sides")),
    KeyAction("evidence", "w", N_("Why: the evidence")),
    KeyAction("history", "h", N_("History")),
    KeyAction("search", "/", N_("Search")),
    KeyAction("go", "g", N_("Go to a section: then q, f, c, r …")),
    KeyAction("help", "?", N_("All keys")),
)


# Actions that a key map kept by an earlier version does not name.
_LATER = ("theme", "basket")


@dataclass(frozen=True, slots=True)
class KeyMap:
    """The keys of one person: the key of each action, and whether keys work at all."""

    keys: Mapping[str, str]
    on: bool = True

    def of(self, action: str) -> str:
        """The key of an action; "" where keys are off or the action has none."""
        return self.keys.get(action, "") if self.on else ""

    @property
    def for_script(self) -> str:
        """The actions by key, as JSON for the page; "" when keys are off."""
        if not self.on:
            return ""
        return json.dumps({key: name for name, key in self.keys.items() if key}, ensure_ascii=False)

    def problems(self) -> tuple[tuple[str, str], ...]:
        """What is wrong with these keys: the action and a message."""
        found = []
        seen: set[str] = set()
        for name, key in self.keys.items():
            if key and (len(key) != 1 or not key.isprintable() or key == " "):
                found.append((name, N_("A key is one printable character, or nothing.")))
            elif key and key in seen:
                found.append((name, N_("Another action has this key already.")))
            seen.add(key)
        return tuple(found)


def key_map(preferences: Mapping[str, str]) -> KeyMap:
    """The keys that a person chose; where nothing fits, those that the product brings."""
    own = {action.name: action.key for action in ACTIONS}
    try:
        chosen = json.loads(preferences.get("keys") or "{}")
    except ValueError:
        chosen = {}
    if isinstance(chosen, dict):
        kept = {name: key for name, key in chosen.items() if name in own and isinstance(key, str)}
        # An action that came with a later version has no key where the person gave that key to another action.
        own.update({name: "" for name in _LATER if name not in kept and own[name] in kept.values()})
        own.update(kept)
    made = KeyMap(own, preferences.get("keys_on") != "no")
    return made if not made.problems() else KeyMap({action.name: action.key for action in ACTIONS}, made.on)
