"""What the audit rules say of a prescription, read from the data and the written rules a second time.

This is the yardstick of the labelled set: it shares no code with the audit it measures, only the tables of
contracts/TcmBrain.Knowledge/Data. Plain and slow on purpose. Weights are milligrams, doses those of a day.
"""

import math
from fractions import Fraction

from pieces import (
    ALIASES,
    COMBINED,
    FORMULAS,
    HERBS,
    LISTS,
    PAIRS,
    TERMS,
    base,
    material,
    maximum,
    minimum,
    on,
    split,
    take_apart,
    written_handling,
)

CONTROLLED_DAYS = 2
NARCOTIC_DAYS, NARCOTIC_CONTINUOUS = 3, 7
FACTOR = Fraction(3, 2)
MOST_PIECES = 20
MISMATCH_FROM = 800
# From days of life (or years), share of the adult dose, what a very toxic and what a toxic piece means, "very light" below.
BANDS = [
    ("d", 0, Fraction(1, 6), "block", "block", 2500),
    ("d", 29, Fraction(1, 3), "block", "block", 5000),
    ("y", 1, Fraction(1, 2), "block", "sign", 8000),
    ("y", 3, Fraction(2, 3), "block", "sign", 11000),
    ("y", 6, Fraction(3, 4), "sign", "over", 16000),
    ("y", 14, Fraction(1), None, None, 35000),
    ("y", 65, Fraction(3, 4), "over", "over", 35000),
    ("y", 80, Fraction(2, 3), "over", "over", 35000),
]


def age_of(case):
    """Full years, days; None when unknown."""
    text = case["age"]
    if text == "?":
        return None
    n = int(text[:-1])
    return (n, n * 365) if text[-1] == "y" else (n // 365, n)


def band_of(age):
    chosen = BANDS[0]
    for band in BANDS:
        unit, start = band[0], band[1]
        if (age[0] >= start) if unit == "y" else (age[1] >= start):
            chosen = band
    return chosen


def audit(case):
    found = set()
    lines = case["lines"]
    if not lines:
        found.add("format.no_lines")
    if any(x["mg"] <= 0 or x["mg"] > 10_000_000 for x in lines):
        found.add("format.dose")
    if any(not 1 <= case[x] <= 365 for x in ("days", "doses", "per_day")):
        found.add("format.quantity")
    if not case["syndrome"]:
        found.add("format.syndrome" if case["disease"] else "format.diagnosis")
    items, unread = take_apart(case, found)
    age = age_of(case)
    if age is None:
        found.add("age.unknown")
        age = (40, 40 * 365)
    oral = case["route"] == "oral"
    per_day = case["per_day"]
    doses = max(case["doses"], case["days"] * per_day)
    band = band_of(age)
    share = band[2]
    if case["weight"] and case["weight"] < band[5]:
        share = min(share, Fraction(case["weight"], 70_000))

    names_and_law(case, items, found)
    pairs(items, found)
    patient(case, items, age, found)
    controlled(case, items, doses, oral, found)
    narcotic(case, items, age, per_day, oral, found)
    if oral:
        doses_of_a_day(items, per_day, share, band, age, found)
        if case["form"] == "decoction":
            handling(items, found)
    watched(case, items, age, per_day, found)
    repeated(items, found)
    if not case["reason"] and case["days"] > {"outpatient": 7, "emergency": 3}.get(case["visit"], 10**9):
        found.add("duration." + case["visit"])
    if len({x.name for x in items if not x.member} | set(unread)) > MOST_PIECES:
        found.add("quantity.many_pieces")
    formula(case, items, found)
    return found


def names_and_law(case, items, found):
    law = {"banned_aristolochic": "banned.aristolochic", "banned_wildlife": "banned.wildlife", "withdrawn": "banned.withdrawn",
           "restricted_wildlife": "restricted.wildlife"}
    found.update(law[x.herb["regulatory"]] for x in items if x.herb["regulatory"] in law)


def pairs(items, found):
    for i, a in enumerate(items):
        for b in items[i + 1:]:
            pair = PAIRS.get(frozenset((a.name, b.name)))
            if pair and a.name != b.name:
                rule = "incompatible.18fan" if pair["rule"] == "十八反" else "incompatible.19wei"
                found.add(rule + ("_extension" if pair["severity"] == "advise" else ""))


def patient(case, items, age, found):
    for x in items:
        use = x.herb["pregnancy"]
        if case["pregnant"] == "yes" and use != "none":
            found.add("pregnancy." + use)
        if case["pregnant"] == "unknown" and case["sex"] == "female" and 15 <= age[0] <= 49 and use in ("forbid", "avoid"):
            found.add("pregnancy.unknown")
        if case["lactating"] == "yes" and x.herb["lactation"] != "none" and not (case["weaning"] and on("weaning", x.name)):
            found.add("lactation." + x.herb["lactation"])
        for allergy in case["allergies"]:
            names = [allergy]
            if allergy in ALIASES:
                a = ALIASES[allergy]
                names = [a["name_zh"]] if a["auto_resolvable"] == "Y" else split(a["candidates"])
            elif allergy in COMBINED:
                names = split(COMBINED[allergy]["members"])
            for name in list(names):
                names += split(HERBS[name]["dispense_as"]) if name in HERBS else []
            if material(x.name) in {material(n) for n in names if n in HERBS}:
                found.add("allergy.piece")
        if case["failing"] and on("organ_failure", x.name):
            found.add("condition.organ_failure")


def controlled(case, items, doses, oral, found):
    groups = {}
    for x in items:
        if x.herb["raw_equivalent"]:
            groups.setdefault(x.herb["raw_equivalent"], []).append(x)
    for group in groups.values():
        if not case["toxic_authority"]:
            found.add("toxic.authority")
        limits = [maximum(x.name) for x in group if maximum(x.name) is not None]
        processed = lambda x: x.open and any(maximum(p) is not None for p in split(x.herb["dispense_as"]))
        none = [x for x in group if maximum(x.name) is None and not processed(x)]
        total = sum(x.mg for x in group) * doses
        if oral and none:
            found.add("toxic.no_oral_dose")
        elif oral and limits and total > min(limits) * CONTROLLED_DAYS:
            found.add("toxic.two_day_limit")
        elif not all(x.open for x in group):
            found.add("toxic.controlled")


def narcotic(case, items, age, per_day, oral, found):
    husk = [x for x in items if x.herb["regulatory"] == "narcotic"]
    if not husk:
        return
    days = max(case["days"], -(-case["doses"] // per_day))
    if days > NARCOTIC_DAYS:
        found.add("narcotic.three_days")
    if case["narcotic_before"] + days > NARCOTIC_CONTINUOUS:
        found.add("narcotic.seven_days")
    limit = maximum(husk[0].name)
    if oral and limit and sum(x.mg for x in husk) * per_day > limit:
        found.add("narcotic.daily_dose")
    if len({x.line for x in husk}) == len(case["lines"]):
        found.add("narcotic.alone")
    if not case["narcotic_authority"]:
        found.add("narcotic.authority")
    if age[0] < 14 or case["pregnant"] == "yes" or case["lactating"] == "yes":
        found.add("narcotic.vulnerable")


def doses_of_a_day(items, per_day, share, band, age, found):
    groups = {}
    for x in items:
        # Forms of one toxic material that have a dose share its limit.
        shared = x.toxic and maximum(x.name) is not None and maximum(base(x.name)) is not None
        groups.setdefault(base(x.name) if shared else x.name, []).append(x)
    for group in groups.values():
        first = min(group, key=lambda x: list(HERBS).index(x.name))
        daily = sum(x.mg for x in group) * per_day
        herb, top, least = first.herb, maximum(first.name), minimum(first.name)
        banned = herb["regulatory"] in ("banned_aristolochic", "banned_wildlife", "withdrawn")
        if top is None:
            if not herb["raw_equivalent"] and not banned:
                found.add("dose.no_limit_known")
        elif daily > top * share:
            if herb["regulatory"] == "narcotic" or banned:
                pass
            elif first.toxic:
                if daily > top:
                    found.add("dose.toxic_over")
            elif daily > top * share * FACTOR:
                found.add("dose.over_k" if share == 1 else "age.dose_over_k")
            elif herb["regulatory"] == "ephedrine_precursor_control" and daily > top:
                found.add("dose.ephedrine_over")
            elif herb["toxicity"] == "small" and daily > top:
                found.add("dose.small_toxic_over")
            else:
                found.add("dose.over" if share == 1 else "age.dose_over")
        elif daily < least * share and not any(x.unsure for x in group):
            found.add("dose.under")
        very = any(x.herb["toxicity"] == "very" or x.herb["raw_equivalent"] for x in group)
        action = band[3] if very else band[4] if any(x.toxic for x in group) else None
        if action == "block":
            found.add("age.toxic_blocked")
        elif action:
            if action == "sign":
                found.add("age.toxic_double_sign")
            if top is not None and daily > top * share / 2:
                found.add("age.toxic_over")
        if age[0] < 14 and on("child_double_sign", first.name) and not first.toxic and top is not None and daily > top * share:
            found.add("age.child_double_sign")


def watched(case, items, age, per_day, found):
    for x in items:
        if age[0] < 14 and on("child_blocked", x.name):
            found.add("age.child_blocked")
        if age[0] < 14 and on("child_advise", x.name):
            found.add("age.child_advise")
        if age[0] >= 65 and on("elderly_advise", x.name):
            found.add("age.elderly_advise")
    licorice = sum(x.mg for x in items if on("licorice", x.name)) * per_day
    if age[0] >= 65 and case["swollen"] and licorice > 10_000:
        found.add("age.elderly_licorice")


def handling(items, found):
    for x in items:
        if x.granule:
            continue
        needed, other = set(split(x.herb["special_decoction"])), set(split(x.herb["special_alternative"]))
        written = written_handling(x.handling)
        right = bool(written & (needed | other))
        if needed and not x.member and not right:
            found.add(
                "handling.custom_missing" if x.herb["special_source"] == "custom"
                else "handling.toxic_missing" if x.toxic else "handling.missing")
        if "冲服" not in written:
            if on("mercury_arsenic", x.name):
                found.add("form.mercury_arsenic")
            elif on("pills_powders", x.name) and not right:
                found.add("form.pills_powders")


def repeated(items, found):
    for i, a in enumerate(items):
        for b in items[i + 1:]:
            if a.line == b.line:
                continue
            if a.granule != b.granule:
                if material(a.name) == material(b.name):
                    found.add("duplicate.granule")
            elif a.name == b.name and not a.member and not b.member:
                found.add("duplicate.piece")
            elif a.member != b.member:
                if a.name == b.name:
                    found.add("duplicate.derived")
            elif not a.member and base(a.name) == base(b.name):
                powder = (a.herb["piece_type"] == "powder") != (b.herb["piece_type"] == "powder")
                found.add("duplicate.derived" if powder else "duplicate.base")


COMPOSITIONS = [
    {material(c["herb"] if c["herb"] in HERBS else ALIASES[c["herb"]]["name_zh"]) for c in f["composition"]} for f in FORMULAS
]


def weight_of(name):
    within = sum(name in c for c in COMPOSITIONS)
    # Halves go to the even neighbour in both languages.
    return round(16 * (1 + math.log2(len(FORMULAS) / max(1, within)) / 2))


WEIGHTS = {name: weight_of(name) for name in {m for c in COMPOSITIONS for m in c}}
NOWHERE = weight_of("")


def formula(case, items, found):
    if not case["syndrome"]:
        return
    pieces = {material(x.name) for x in items if x.member or not x.herb["members"]}
    best, which = Fraction(0), None
    for f, composition in zip(FORMULAS, COMPOSITIONS):
        both = sum(WEIGHTS[m] for m in pieces & composition)
        if both == 0:
            continue
        removed = sum(WEIGHTS[m] for m in composition - pieces)
        added = sum(WEIGHTS.get(m, NOWHERE) for m in pieces - composition)
        likeness = Fraction(both) / (both + removed + Fraction(added, 4))
        if likeness > best:
            best, which = likeness, f
    if which is None or best * 1000 // 1 < MISMATCH_FROM or case["syndrome"] not in TERMS:
        return
    fitting = {f["syndrome_code"] for f in FORMULAS if f["category"] == which["category"]}
    related = lambda a, b: a == b or a.startswith(b + ".") or b.startswith(a + ".")
    if not any(related(case["syndrome"], code) for code in fitting):
        found.add("match.formula_syndrome")
