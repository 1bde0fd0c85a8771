#!/usr/bin/env python3
"""Writes generated.csv: cases made from the tables, each labelled by rules.py. Run after a change of the data or of a rule.

The seed is fixed: the same data give the same file, which a test compares. by_hand.csv is labelled by people and only checked.
"""

import csv
import os
import random
import sys
from decimal import Decimal

import rules
from rules import ALIASES, COMBINED, FORMULAS, HERBS, LISTS, PAIRS, base, maximum, minimum, split

COLUMNS = (
    "id family about sex age pregnant lactating weaning failing swollen weight_g allergies visit days doses per_day reason "
    "narcotic_before route form disease syndrome authority lines expected"
).split()
SYNDROME = "B02.02.04.01.01.02"  # 风寒束表证
PLAIN = [("茯苓", 12000, ""), ("陈皮", 6000, "")]
RANDOM = random.Random(20261122)


def grams(mg):
    text = format(Decimal(mg) / 1000, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "g"


def line_text(line):
    name, mg, footnote, *each = line
    return " ".join(x for x in (name, ("各" if each else "") + grams(mg), footnote) if x)


def read(row):
    """A row of the file as the rules want it; empty means the usual."""
    def get(name, usual):
        return row[name] or usual

    lines = []
    for text in filter(None, (x.strip() for x in row["lines"].split(";"))):
        name, weight, *footnote = text.split(" ")
        each = weight.startswith("各")
        lines.append({"name": name, "mg": int(Decimal(weight.lstrip("各").rstrip("g")) * 1000), "handling": " ".join(footnote), "each": each})
    days, per_day = int(get("days", 2)), int(get("per_day", 1))
    nothing = lambda x: "" if x == "none" else x
    return {
        "sex": get("sex", "male"), "age": get("age", "40y"), "pregnant": get("pregnant", "no"), "lactating": get("lactating", "no"),
        "weaning": row["weaning"] == "yes", "failing": row["failing"] == "yes", "swollen": row["swollen"] == "yes",
        "weight": int(get("weight_g", 0)), "allergies": split(row["allergies"]), "visit": get("visit", "outpatient"),
        "days": days, "doses": int(get("doses", days * per_day)), "per_day": per_day, "reason": row["reason"] == "yes",
        "narcotic_before": int(get("narcotic_before", 0)), "route": get("route", "oral"), "form": get("form", "decoction"),
        "disease": nothing(get("disease", "A01.01.01")), "syndrome": nothing(get("syndrome", SYNDROME)),
        "toxic_authority": get("authority", "both") in ("both", "toxic"),
        "narcotic_authority": get("authority", "both") in ("both", "narcotic"), "lines": lines,
    }


CASES = []


def case(family, about, lines, **fields):
    row = dict.fromkeys(COLUMNS, "")
    row.update(fields, id=f"g{len(CASES) + 1:04}", family=family, about=about, lines="; ".join(map(line_text, lines)))
    row["expected"] = ";".join(sorted(rules.audit(read(row))))
    CASES.append(row)


def usual(name, mg=None, footnote=None):
    """The piece in the middle of its range, handled as it should be."""
    herb = HERBS[name]
    if mg is None:
        mg = int((minimum(name) + maximum(name)) / 2) if maximum(name) else 3000
    return (name, mg, "、".join(split(herb["special_decoction"])) if footnote is None else footnote)


def within_limits(name):
    """Small enough for two days of a controlled piece."""
    return usual(name, int(minimum(name)) if maximum(name) else None)


def pairs():
    for pair in PAIRS.values():
        case("pair", f"{pair['rule']} {pair['group_a']}—{pair['group_b']}", [within_limits(pair["member_a"]), within_limits(pair["member_b"])])
    known = set(PAIRS)
    near = [("制白附子", "法半夏"), ("制白附子", "川贝母"), ("黑顺片", "土贝母"), ("制川乌", "土贝母"), ("红参", "玄参"), ("海藻", "昆布"),
            ("丁香", "姜黄"), ("肉桂", "桂枝"), ("桂枝", "赤石脂"), ("三棱", "莪术"), ("人参", "莱菔子"), ("水牛角", "制川乌"),
            ("芒硝", "莪术"), ("党参", "五灵脂"), ("甘草", "昆布"), ("天花粉", "川贝母"), ("白及", "白蔹"), ("细辛", "丹参"), ("牵牛子", "千金子霜")]
    for a, b in near:
        assert frozenset((a, b)) not in known, (a, b)
        case("pair-miss", "不在十八反、十九畏之列", [within_limits(a), within_limits(b)])


def pregnancy():
    marked = [n for n, h in HERBS.items() if h["pregnancy"] in ("forbid", "avoid")]
    careful = RANDOM.sample([n for n, h in HERBS.items() if h["pregnancy"] == "caution"], 30)
    free = RANDOM.sample([n for n, h in HERBS.items() if h["pregnancy"] == "none" and not h["members"]], 15)
    for name in marked + careful + free:
        case("pregnancy", "孕妇", [within_limits(name), *PLAIN], sex="female", age="30y", pregnant="yes")
    for name in RANDOM.sample(marked, 10):
        for about, age, sex in (("未问妊娠", "30y", "female"), ("49岁", "49y", "female"), ("50岁", "50y", "female"), ("男", "30y", "male")):
            case("pregnancy-unknown", about, [within_limits(name), *PLAIN], sex=sex, age=age, pregnant="unknown")
    for name in RANDOM.sample([n for n, h in HERBS.items() if h["lactation"] != "none"], 25):
        case("lactation", "哺乳期", [within_limits(name), *PLAIN], sex="female", age="30y", lactating="yes")
    for name in sorted(n for n in HERBS if rules.on("weaning", n)):
        case("lactation", "回乳", [usual(name), *PLAIN], sex="female", age="30y", lactating="yes", weaning="yes")


def toxic():
    for name, herb in HERBS.items():
        if herb["raw_equivalent"]:
            most = maximum(name)
            if most is None:
                case("controlled", "无口服剂量", [usual(name, 1000), *PLAIN])
            else:
                whole = int(most)
                case("controlled", "恰二日极量", [usual(name, whole), *PLAIN], days="2")
                case("controlled", "略超二日极量", [usual(name, whole), *PLAIN], days="3")
                case("controlled", "一日用二日极量", [usual(name, whole * 2), *PLAIN], days="1")
                case("controlled", "一日用二日极量略多", [usual(name, whole * 2 + 1), *PLAIN], days="1")
            case("controlled", "外用", [usual(name, 1000), *PLAIN], route="external")
            case("controlled", "无处方权", [within_limits(name), *PLAIN], days="1", authority="none")
    for name in [n for n, h in HERBS.items() if h["toxicity"] != "none" and not h["raw_equivalent"] and maximum(n)]:
        most = int(maximum(name))
        case("toxic-dose", "恰上限", [usual(name, most), *PLAIN])
        case("toxic-dose", "略超上限", [usual(name, most + 1), *PLAIN])


def husk():
    name = next(n for n, h in HERBS.items() if h["regulatory"] == "narcotic")
    most = int(maximum(name))
    for about, lines, fields in (
        ("三日", [usual(name), *PLAIN], {"days": "3"}), ("四日", [usual(name), *PLAIN], {"days": "4"}),
        ("已用四日再三日", [usual(name), *PLAIN], {"days": "3", "narcotic_before": "4"}),
        ("已用五日再三日", [usual(name), *PLAIN], {"days": "3", "narcotic_before": "5"}),
        ("恰极量", [usual(name, most), *PLAIN], {}), ("超极量", [usual(name, most + 1), *PLAIN], {}),
        ("单味", [usual(name)], {}), ("无权", [usual(name), *PLAIN], {"authority": "toxic"}),
        ("十三岁", [usual(name, 2000), *PLAIN], {"age": "13y"}), ("十四岁", [usual(name), *PLAIN], {"age": "14y"}),
        ("孕妇", [usual(name), *PLAIN], {"sex": "female", "age": "30y", "pregnant": "yes"}),
        ("哺乳", [usual(name), *PLAIN], {"sex": "female", "age": "30y", "lactating": "yes"}),
        ("两剂一日", [usual(name, most // 2 + 1), *PLAIN], {"per_day": "2"}),
    ):
        case("narcotic", about, lines, **fields)


def doses():
    plain = [n for n, h in HERBS.items() if h["toxicity"] == "none" and maximum(n) and not h["members"] and not h["regulatory"] and not h["dispense_as"]]
    for name in RANDOM.sample(plain, 40):
        most, least = int(maximum(name)), int(minimum(name))
        for about, mg in (("恰上限", most), ("略超上限", most + 1), ("恰1.5倍", most * 3 // 2), ("略超1.5倍", most * 3 // 2 + 1), ("恰下限", least), ("略低下限", least - 1)):
            case("dose", about, [usual(name, mg), *PLAIN])
    for name in RANDOM.sample(plain, 12):
        for age, num, den in (("20d", 1, 6), ("100d", 1, 3), ("2y", 1, 2), ("4y", 2, 3), ("10y", 3, 4), ("70y", 3, 4), ("85y", 2, 3)):
            at = int(maximum(name)) * num // den
            case("age-dose", "恰该年龄上限", [usual(name, at)], age=age)
            case("age-dose", "略超该年龄上限", [usual(name, at + 1)], age=age)
    for name in RANDOM.sample([n for n, h in HERBS.items() if h["toxicity"] in ("toxic", "very") and maximum(n)], 14):
        for age in ("28d", "29d", "2y", "5y", "13y", "14y", "65y", "80y"):
            case("age-toxic", "有毒饮片与年龄", [within_limits(name)], age=age, days="1")
    for name, weight in (("黄芪", 30000), ("黄芪", 34999), ("黄芪", 35000), ("当归", 20000), ("白术", 34000)):
        case("weight", "体重很轻的成人", [usual(name), *PLAIN], weight_g=str(weight))


def ages():
    for listed in ("child_blocked", "child_advise", "child_double_sign"):
        for name in sorted(LISTS[listed]):
            for age in ("13y", "14y"):
                case("child", listed, [within_limits(name), *PLAIN], age=age, days="1")
    for name in sorted(LISTS["child_double_sign"]):
        at = int(maximum(name)) * 3 // 4
        case("child", "恰十岁上限", [usual(name, at), *PLAIN], age="10y", days="1")
        case("child", "略超十岁上限", [usual(name, at + 1), *PLAIN], age="10y", days="1")
    for name in sorted(LISTS["elderly_advise"]):
        for age in ("64y", "65y"):
            case("elderly", "老年慎用", [usual(name, int(minimum(name))), *PLAIN], age=age)
    for mg in (5000, 5001):
        for age in ("64y", "65y"):
            case("elderly", "甘草与水肿", [("甘草", 5000, ""), ("炙甘草", mg, "")], age=age, swollen="yes")
    for name in sorted(LISTS["organ_failure"]):
        case("organ", "肝肾功能衰竭", [within_limits(name), *PLAIN], failing="yes", days="1")
        case("organ", "肝肾功能未见异常", [within_limits(name), *PLAIN], days="1")
    case("age", "年龄不详", PLAIN, age="?")


def handling():
    needing = [n for n, h in HERBS.items() if h["special_decoction"] and not h["regulatory"].startswith("banned") and h["regulatory"] != "toxic28"]
    for name in needing:
        case("handling", "未注明", [within_limits(name)[:2] + ("",), *PLAIN], days="1")
    for name in RANDOM.sample(needing, 30):
        wrong = next(x for x in ("后下", "先煎", "包煎") if x not in split(HERBS[name]["special_decoction"] + ";" + HERBS[name]["special_alternative"]))
        case("handling", "注明不符", [within_limits(name)[:2] + (wrong,), *PLAIN], days="1")
        case("handling", "丸散不论煎法", [within_limits(name)[:2] + ("",), *PLAIN], days="1", form="pill")
    for name in [n for n, h in HERBS.items() if h["special_alternative"] and h["special_decoction"]]:
        case("handling", "另一种做法", [within_limits(name)[:2] + (split(HERBS[name]["special_alternative"])[0],), *PLAIN], days="1")
    for name in sorted(LISTS["pills_powders"] | LISTS["mercury_arsenic"]):
        case("form", "入煎剂", [within_limits(name)[:2] + ("",), *PLAIN], days="1")
        case("form", "冲服", [within_limits(name)[:2] + ("冲服",), *PLAIN], days="1")


def names():
    sure = [a for a, r in ALIASES.items() if r["auto_resolvable"] == "Y"]
    for alias in RANDOM.sample(sure, 60):
        target = ALIASES[alias]["name_zh"]
        case("alias", f"即{target}", [(alias, *within_limits(target)[1:]), *PLAIN], days="1")
    for alias in RANDOM.sample([a for a, r in ALIASES.items() if r["auto_resolvable"] == "N"], 30):
        case("ambiguous", "须由人确认", [(alias, 6000, ""), *PLAIN])
    for name, row in COMBINED.items():
        if row["auto_resolvable"] == "Y":
            case("combined", "未写各", [(name, 9000, "")])
            case("combined", "写各", [(name, 9000, "", True)])
        else:
            case("ambiguous", "并开药名不明", [(name, 9000, "")])
    for name, herb in HERBS.items():
        if herb["dispense_as"]:
            case("bare", "未写炮制", [within_limits(name), *PLAIN], days="1")
            case("bare", "写生用", [within_limits(name)[:2] + ("生用、先煎",), *PLAIN], days="1")
    for name in ("黄芪花", "附子草", "川贝", "半夏粉末", "甘草附", "青风", "白", "人参 ".strip() + "精"):
        case("name", "目录外或含规范名的他名", [(name, 6000, ""), *PLAIN])
    for name in RANDOM.sample([n for n in HERBS if not HERBS[n]["members"]], 15):
        for word in ("配方颗粒", "颗粒"):
            case("granule", "颗粒与饮片", [(name + word, 1000, ""), within_limits(name)], days="1")
        case("granule", "颗粒与他药", [(name + "配方颗粒", 1000, ""), *PLAIN], days="1")


def law():
    for name, herb in HERBS.items():
        if herb["regulatory"] in ("banned_aristolochic", "banned_wildlife", "withdrawn", "restricted_wildlife"):
            case("law", herb["regulatory"], [within_limits(name), *PLAIN])
    for name in ("木通", "川木通", "防己", "木香", "川木香", "水牛角", "土鳖虫"):
        case("law-miss", "名近而非禁用", [usual(name), *PLAIN])


def repeated():
    plain = [n for n, h in HERBS.items() if not h["members"] and h["toxicity"] == "none" and maximum(n) and not h["dispense_as"] and not h["regulatory"]]
    for name in RANDOM.sample(plain, 12):
        half = (minimum(name) + maximum(name)) // 4
        case("repeat", "一味分写两行", [usual(name, half), usual(name, half), *PLAIN])
    for alias in RANDOM.sample([a for a, r in ALIASES.items() if r["auto_resolvable"] == "Y" and r["name_zh"] in plain], 12):
        target = ALIASES[alias]["name_zh"]
        case("repeat", "同味异名", [(alias, int(minimum(target)), ""), usual(target, int(minimum(target)))])
    for a in RANDOM.sample([n for n in plain if HERBS[n]["base_name"] in plain], 12):
        case("repeat", "生熟同用", [usual(a), usual(base(a))])
    for name in [n for n, h in HERBS.items() if h["piece_type"] == "powder"]:
        if base(name) != name:
            case("repeat", "饮片与粉", [usual(name), usual(base(name))])
    for name in [n for n, h in HERBS.items() if h["members"]]:
        for member in split(HERBS[name]["members"]):
            case("repeat", "复方饮片与其成员", [usual(name), usual(member.split(":")[0])])
    for count in (20, 21, 25):
        case("many", f"{count}味", [usual(n) for n in RANDOM.sample(plain, count)])
    for a, b in (("黄芪", "炙黄芪"), ("生半夏", "法半夏"), ("黄芪", "黄芩"), ("附子", "白附片"), ("白附子", "附子")):
        case("allergy", f"对{a}过敏", [within_limits(b), *PLAIN], allergies=a, days="1")


def course():
    for visit, days in (("outpatient", 7), ("outpatient", 8), ("emergency", 3), ("emergency", 4), ("inpatient", 30)):
        case("course", f"{days}日", PLAIN, visit=visit, days=str(days))
        case("course", f"{days}日，有理由", PLAIN, visit=visit, days=str(days), reason="yes")
    case("format", "没有药品", [])
    for mg in (0, -1000, 10_000_000, 10_000_001):
        case("format", "剂量", [("茯苓", mg, ""), ("陈皮", 6000, "")])
    for field in ("days", "doses", "per_day"):
        case("format", field, PLAIN, **{field: "366", "reason": "yes"})
    case("format", "没有诊断", PLAIN, disease="none", syndrome="none")
    case("format", "没有证型", PLAIN, syndrome="none")
    case("format", "只有证型", PLAIN, disease="none")


def formulas():
    syndromes = [c for c, t in rules.TERMS.items() if t["type"] == "syndrome"]
    for f in FORMULAS:
        lines = [(c["herb"], int(Decimal(str(c["dose_g"])) * 1000), c["decoction"].replace(";", "、")) for c in f["composition"]]
        form = "" if f["proportion"] == "decoction" else "pill"
        case("formula", f["name_zh"], lines, form=form, syndrome=f["syndrome_code"], days="1")
        case("formula-syndrome", f["name_zh"] + "用于他证", lines, form=form, syndrome=RANDOM.choice(syndromes), days="1")


def main():
    for make in (pairs, pregnancy, toxic, husk, doses, ages, handling, names, law, repeated, course, formulas):
        make()
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "generated.csv"), "w", encoding="utf-8", newline="") as f:
        writer = csv.DictWriter(f, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(CASES)
    wrong = 0
    with open(os.path.join(here, "by_hand.csv"), encoding="utf-8", newline="") as f:
        by_hand = list(csv.DictReader(f))
    for row in by_hand:
        said = rules.audit(read(row))
        if said != set(split(row["expected"])):
            wrong += 1
            print(f"{row['id']} {row['about']}: written {sorted(split(row['expected']))}, read {sorted(said)}", file=sys.stderr)
    print(f"{len(CASES)} generated, {len(by_hand)} by hand, {wrong} of them read otherwise")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
