using System.Collections.Frozen;

namespace TcmBrain.Institutions.Register;

/// <summary>A diagnosis subject of the national list.</summary>
public sealed record DiagnosisSubject(string Code, string NameZh);

/// <summary>
/// 医疗机构诊疗科目名录 (卫医发〔1994〕27号, with 疼痛科 2007, 重症医学科 2009 and the later changes of 30 and 50): the first level whole, the second
/// level where Chinese medicine, rehabilitation and laboratory need it.
/// </summary>
internal static class DiagnosisSubjects
{
    private const string List = """
        01 预防保健科|02 全科医疗科|03 内科|03.01 呼吸内科专业|03.02 消化内科专业|03.03 神经内科专业|03.04 心血管内科专业|03.05 血液内科专业
        03.06 肾病学专业|03.07 内分泌专业|03.08 免疫学专业|03.09 变态反应专业|03.10 老年病专业|03.11 其他|04 外科|04.01 普通外科专业
        04.02 神经外科专业|04.03 骨科专业|04.04 泌尿外科专业|04.05 胸外科专业|04.06 心脏大血管外科专业|04.07 烧伤科专业|04.08 整形外科专业|04.09 其他
        05 妇产科|05.01 妇科专业|05.02 产科专业|05.03 计划生育专业|05.04 优生学专业|05.05 生殖健康与不孕症专业|05.06 其他|06 妇女保健科|07 儿科
        08 小儿外科|09 儿童保健科|10 眼科|11 耳鼻咽喉科|12 口腔科|13 皮肤科|14 医疗美容科|15 精神科|16 传染科|17 结核病科|18 地方病科|19 肿瘤科
        20 急诊医学科|21 康复医学科|22 运动医学科|23 职业病科|24 临终关怀科|25 特种医学与军事医学科|26 麻醉科|27 疼痛科|28 重症医学科|30 医学检验科
        30.01 临床体液、血液专业|30.02 临床微生物学专业|30.03 临床化学检验专业|30.04 临床免疫、血清学专业|30.05 临床细胞分子遗传学专业|30.06 其他
        31 病理科|32 医学影像科|32.01 X线诊断专业|32.02 CT诊断专业|32.03 磁共振成像诊断专业|32.04 核医学专业|32.05 超声诊断专业|32.06 心电诊断专业
        32.07 脑电及脑血流图诊断专业|32.08 神经肌肉电图专业|32.09 介入放射学专业|32.10 放射治疗专业|32.11 其他|50 中医科|50.01 内科专业
        50.02 外科专业|50.03 妇产科专业|50.04 儿科专业|50.05 皮肤科专业|50.06 眼科专业|50.07 耳鼻咽喉科专业|50.08 口腔科专业|50.09 肿瘤科专业
        50.10 骨伤科专业|50.11 肛肠科专业|50.12 老年病科专业|50.13 针灸科专业|50.14 推拿科专业|50.15 康复医学专业|50.16 急诊科专业
        50.17 预防保健科专业|50.18 其他|51 民族医学科|51.01 维吾尔医学|51.02 藏医学|51.03 蒙医学|51.04 彝医学|51.05 傣医学|51.06 其他|52 中西医结合科
        """;

    public static readonly IReadOnlyList<DiagnosisSubject> All =
    [
        .. List.Split(['|', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(entry => entry.Split(' ', 2))
            .Select(parts => new DiagnosisSubject(parts[0], parts[1])),
    ];

    private static readonly FrozenDictionary<string, DiagnosisSubject> ByCode = All.ToFrozenDictionary(s => s.Code, StringComparer.Ordinal);

    public static DiagnosisSubject? Find(string? code) => code is null ? null : ByCode.GetValueOrDefault(code);
}
