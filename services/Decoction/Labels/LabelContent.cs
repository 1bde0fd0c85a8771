namespace TcmBrain.Decoction.Labels;

/// <summary>
/// What a label says. 《医疗机构中药煎药室管理规范》(国中医药发〔2009〕3号) asks for different marks of internal and external use; regional rules for
/// decoction on behalf of others (代煎) for institution, name, sex, age, prescription number, doses and bags, volume, usage, date and time,
/// storage, shelf life, decoction unit, telephone and operator (domain rules section 5, mark M).
/// </summary>
/// <param name="Apart">null: a bag; else the handling of what is packed apart, with its pieces</param>
/// <param name="BagNumber">of how many, from 1; 0 for what is packed apart</param>
/// <param name="PrintNo">from 1; a further print says so and why</param>
internal sealed record LabelContent(
    string Institution,
    string Centre,
    string CentrePhone,
    string Name,
    string Sex,
    string Age,
    string HisNumber,
    bool External,
    bool Decocted,
    int Doses,
    int Bags,
    int Millilitres,
    int TimesPerDay,
    string Usage,
    string Operator,
    DateTimeOffset At,
    DateTimeOffset? UseBy,
    string? Apart,
    string Pieces,
    string HowApart,
    string Serial,
    int BagNumber,
    int PrintNo,
    string? Reason,
    string Link
);
