"""The tables of the catalogue, and what a line of a prescription means: the first half of the second reading (see rules.py)."""

import csv
import json
import os
from fractions import Fraction

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "..", "..", "contracts", "TcmBrain.Knowledge", "Data")


def rows(name):
    with open(os.path.join(DATA, name), encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


HERBS = {r["name_zh"]: r for r in rows("herbs.csv")}
ALIASES = {r["alias"]: r for r in rows("aliases.csv")}
COMBINED = {r["name"]: r for r in rows("combined_names.csv")}
CUSTOMS = {r["name"]: r["piece"] for r in rows("dispensing_customs.csv")}
TERMS = {r["code"]: r for r in rows("syndromes.csv")}
PAIRS = {frozenset((r["member_a"], r["member_b"])): r for r in rows("incompatibilities.csv")}
with open(os.path.join(DATA, "formulas.json"), encoding="utf-8") as f:
    FORMULAS = json.load(f)
LISTS = {}
for r in rows("piece_lists.csv"):
    LISTS.setdefault(r["list"], set()).add(r["name_zh"])

RAW_NAMES = ("红砒", "白砒", "闹阳花")
WORDS = {
    "先煎": ("先煎", "久煎", "先下", "煎汤代水"),
    "后下": ("后下", "后入"),
    "包煎": ("包煎", "布包"),
    "另煎": ("另煎", "另炖", "单煎"),
    "烊化": ("烊化", "溶化", "烊冲"),
    "冲服": ("冲服", "吞服", "冲入", "兑服", "溶服", "研末服", "入丸散"),
}
PROCESSING = (
    "土炒 麸炒 麸煨 清炒 米炒 砂炒 生 炙 制 熟 炒 酒 醋 盐 姜 法 清 煅 蜜 焦 炮 煨 燀 米 水飞".split()
)


def base(name):
    return HERBS[name]["base_name"] or name


def on(list_name, name):
    return name in LISTS[list_name] or base(name) in LISTS[list_name]


def maximum(name):
    text = HERBS[name]["dose_max_g"]
    return Fraction(text) * 1000 if text else None


def minimum(name):
    text = HERBS[name]["dose_min_g"]
    return Fraction(text) * 1000 if text else None


def material(name):
    origin = base(name)
    for word in PROCESSING:
        if origin.startswith(word) and origin[len(word):] in HERBS:
            return base(origin[len(word):])
    return origin


def raw_form(name):
    raw = "生" + name
    if raw in HERBS and base(raw) == base(name):
        return raw
    if raw in ALIASES and ALIASES[raw]["auto_resolvable"] == "Y" and base(ALIASES[raw]["name_zh"]) == base(name):
        return ALIASES[raw]["name_zh"]
    return name


def written_handling(text):
    return {k for k, words in WORDS.items() if any(w in (text or "") for w in words)}


def split(text):
    return [x for x in text.split(";") if x]


class Item:
    def __init__(self, line, name, mg, handling, open_=False, unsure=False, member=False, granule=False):
        self.line, self.name, self.mg, self.handling = line, name, mg, handling
        self.open, self.unsure, self.member, self.granule = open_, unsure, member, granule
        self.herb = HERBS[name]

    @property
    def toxic(self):
        return self.herb["toxicity"] in ("toxic", "very")


def take_apart(case, found):
    items, unread = [], []

    def add(i, name, line, **flags):
        items.append(Item(i, name, line["mg"], line["handling"], **flags))
        parts = [m.split(":") for m in split(HERBS[name]["members"])]
        whole = sum(int(p) for _, p in parts)
        for member, share in parts:
            flags.update(unsure=True, member=True)
            items.append(Item(i, member, line["mg"] * int(share) // whole, line["handling"], **flags))

    def bare(i, name, line, raw_in_words, granule=False):
        """A name that may leave the processing open."""
        herb = HERBS[name]
        raw = raw_in_words or "生用" in (line["handling"] or "")
        if granule:
            add(i, name, line, granule=True, unsure=True, open_=bool(herb["dispense_as"]))
        elif not herb["dispense_as"]:
            add(i, name, line)
        elif herb["raw_equivalent"]:
            if raw:
                add(i, name if raw_in_words else raw_form(name), line)
            else:
                found.add("name.raw_or_processed")
                add(i, name, line, open_=True, unsure=True)
        elif raw:
            add(i, raw_form(name), line)
        elif name in CUSTOMS:
            found.add("name.processing_by_custom")
            add(i, CUSTOMS[name], line)
        else:
            found.add("name.processing_unspecified")
            add(i, name, line, open_=True, unsure=True)

    def read(i, name, line, granule=False):
        if name in HERBS:
            bare(i, name, line, False, granule)
        elif name in ALIASES and ALIASES[name]["auto_resolvable"] == "Y":
            target = ALIASES[name]["name_zh"]
            raw = bool(HERBS[target]["raw_equivalent"]) and (name.startswith("生") or name in RAW_NAMES)
            if raw:
                add(i, target, line)
            else:
                if not granule:
                    found.add("format.alias")
                bare(i, target, line, False, granule)
        elif granule:
            return False
        elif name in ALIASES:
            found.add("name.ambiguous")
            unread.append(name)
        elif name in COMBINED:
            if COMBINED[name]["auto_resolvable"] == "N":
                found.add("name.ambiguous")
                unread.append(name)
                return True
            found.add("format.combined_name")
            if not line["each"]:
                found.add("name.combined_dose")
            for member in split(COMBINED[name]["members"]):
                add(i, member, line, unsure=not line["each"])
        else:
            return False
        return True

    for i, line in enumerate(case["lines"]):
        name = line["name"].strip()
        if read(i, name, line):
            continue
        stem = next((name[: -len(w)] for w in ("(配方颗粒)", "（配方颗粒）", "配方颗粒", "(颗粒)", "颗粒") if name.endswith(w)), None)
        if stem and read(i, stem, line, granule=True):
            found.add("form.granule")
        else:
            found.add("name.unknown")
            unread.append(name)
    return items, unread
