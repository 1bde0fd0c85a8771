using System.Collections.Immutable;
using TcmBrain.Knowledge;

namespace TcmBrain.Prescriptions.Audit;

/// <summary>The prescription under audit, prepared for the rules. One per thread, used again and again.</summary>
internal sealed class AuditContext
{
    private static readonly Comparison<AuditItem> ByHerb = static (a, b) =>
        a.Herb != b.Herb ? a.Herb.CompareTo(b.Herb)
        : a.Daily != b.Daily ? a.Daily.CompareTo(b.Daily)
        : a.Written != b.Written ? a.Written.CompareTo(b.Written)
        : a.Undecided != b.Undecided ? a.Undecided.CompareTo(b.Undecided)
        : a.Line.CompareTo(b.Line);

    private readonly List<(int Rule, Finding Finding)> findings = [];
    private AuditItem[] items = new AuditItem[64];
    private WeighedPiece[] pieces = new WeighedPiece[64];
    private NameResolution[] names = new NameResolution[32];
    private int count;

    public AuditRequest Request;

    public AuditTables Tables { get; private set; } = null!;

    public Catalogue Catalogue => Tables.Catalogue;

    public AuditPolicy Policy => Tables.Policy;

    public AgeBand Band { get; private set; } = null!;

    /// <summary>All traits of all items.</summary>
    public Traits Traits { get; private set; }

    public Span<AuditItem> Items => items.AsSpan(0, count);

    /// <summary>What each line's name turned out to be.</summary>
    public ReadOnlySpan<NameResolution> Names => names.AsSpan(0, Request.Lines.Length);

    public bool IsChild => Request.Age is { } age && age.Years < Policy.ChildBelowYears;

    public bool IsElderly => Request.Age is { } age && age.Years >= Policy.ElderlyFromYears;

    public void Prepare(in AuditRequest request, AuditTables tables)
    {
        Request = request;
        Tables = tables;
        Band = tables.Policy.BandOf(request.Age);
        Traits = Traits.None;
        findings.Clear();
        count = 0;
        var lines = request.Lines.Span;
        if (names.Length < lines.Length)
        {
            names = new NameResolution[lines.Length];
        }
        for (var i = 0; i < lines.Length; i++)
        {
            AddLine(i, in lines[i]);
        }
        // In the order of the herbs, so that no rule can depend on the order in which lines were written.
        Items.Sort(ByHerb);
        ShareLimits();
    }

    /// <summary>The pieces with their weights, compounds by their members; valid until the next call.</summary>
    public ReadOnlySpan<WeighedPiece> Pieces()
    {
        if (pieces.Length < count)
        {
            pieces = new WeighedPiece[items.Length];
        }
        var written = 0;
        foreach (ref readonly var item in Items)
        {
            if (item.IsMember || Catalogue[item.Herb].Members.IsEmpty)
            {
                pieces[written++] = new(item.Herb, item.Daily);
            }
        }
        return pieces.AsSpan(0, written);
    }

    public Herb Herb(in AuditItem item) => Catalogue[item.Herb];

    /// <summary>The name as written, with the piece it stands for when that is another.</summary>
    public string NameOf(in AuditItem item)
    {
        var written = Request.Lines.Span[item.Line].Name;
        var name = Herb(item).Name;
        return written == name ? name : $"{written}（{name}）";
    }

    /// <inheritdoc cref="NameOf"/>
    public string EnglishNameOf(in AuditItem item) => $"{NameOf(item)} {Herb(item).Pinyin}";

    public void Report(string ruleId, ImmutableArray<int> lines, string zh, string en)
    {
        var row = Policy[ruleId];
        var severity = Request.Institution?.LevelOf(row) ?? row.Severity;
        findings.Add((row.Index, new(row.Id, row.Version, row.Edition, row.Source, row.Mark, severity, lines, zh, en)));
    }

    public void Report(string ruleId, in AuditItem item, string zh, string en) => Report(ruleId, [item.Line], zh, en);

    /// <summary>Lines of all items that share a dose limit with this first item, ascending.</summary>
    public ImmutableArray<int> GroupLines(int first)
    {
        var lines = new SortedSet<int>();
        for (var i = first; i < count; i++)
        {
            if (items[i].First == first)
            {
                lines.Add(items[i].Line);
            }
        }
        return [.. lines];
    }

    /// <summary>The first line with this piece.</summary>
    public int LineOf(HerbId herb)
    {
        var first = int.MaxValue;
        foreach (ref readonly var item in Items)
        {
            first = item.Herb == herb ? Math.Min(first, item.Line) : first;
        }
        return first;
    }

    /// <summary>Lets go of the request, which a thread would otherwise keep alive.</summary>
    public void Forget() => Request = default;

    public AuditResult Result()
    {
        var institution = Request.Institution;
        Forget();
        if (findings.Count == 0)
        {
            return institution?.NothingFound(Tables) ?? Tables.NothingFound;
        }
        findings.Sort(static (a, b) => Compare(a, b));
        var sorted = ImmutableArray.CreateBuilder<Finding>(findings.Count);
        foreach (var (_, finding) in findings)
        {
            sorted.Add(finding);
        }
        findings.Clear();
        return new(institution?.NameUnder(Tables.Release) ?? Tables.Release, sorted.MoveToImmutable());
    }

    private static int Compare((int Rule, Finding Finding) a, (int Rule, Finding Finding) b)
    {
        var bySeverity = b.Finding.Severity.CompareTo(a.Finding.Severity);
        if (bySeverity != 0)
        {
            return bySeverity;
        }
        if (a.Rule != b.Rule)
        {
            return a.Rule.CompareTo(b.Rule);
        }
        var byLines = a.Finding.Lines.AsSpan().SequenceCompareTo(b.Finding.Lines.AsSpan());
        return byLines != 0 ? byLines : string.CompareOrdinal(a.Finding.Zh, b.Finding.Zh);
    }

    private void AddLine(int index, in AuditLine line)
    {
        var name = Catalogue.Resolve(line.Name ?? "");
        var written = HandlingText.Parse(line.Handling);
        names[index] = name;
        if (name.Kind != NameKind.Piece)
        {
            Traits |= Traits.NameFault;
        }
        switch (name.Kind)
        {
            case NameKind.Piece:
            case NameKind.Alias:
                AddPiece(index, line.Milligrams, name.Herb, written, undecided: false, uncertain: false);
                break;
            case NameKind.RawOrProcessed:
                if ((written & Handling.Raw) != 0)
                {
                    AddPiece(index, line.Milligrams, Catalogue.RawForm(name.Herb), written, false, false);
                }
                else
                {
                    AddPiece(index, line.Milligrams, name.Herb, written, undecided: true, uncertain: true);
                }
                break;
            case NameKind.UnspecifiedProcessing:
                if ((written & Handling.Raw) != 0)
                {
                    AddPiece(index, line.Milligrams, Catalogue.RawForm(name.Herb), written, false, false);
                }
                else if (Tables.CustomsOf(in Request).For(name.Herb) is { } piece)
                {
                    AddPiece(index, line.Milligrams, piece, written, undecided: false, uncertain: false);
                }
                else
                {
                    AddPiece(index, line.Milligrams, name.Herb, written, undecided: true, uncertain: true);
                }
                break;
            case NameKind.Granule:
                var from = count;
                AddPiece(index, line.Milligrams, name.Herb, written, undecided: !name.Choices.IsEmpty, uncertain: true);
                for (var i = from; i < count; i++)
                {
                    items[i].IsGranule = true;
                }
                Traits |= Traits.MayRepeat;
                break;
            case NameKind.Combined:
                foreach (var member in name.Choices)
                {
                    AddPiece(index, line.Milligrams, member, written, undecided: false, uncertain: !line.DoseForEach);
                }
                break;
        }
    }

    private void AddPiece(int line, long milligrams, HerbId id, Handling written, bool undecided, bool uncertain)
    {
        AddItem(line, milligrams, id, written, undecided, uncertain, isMember: false);
        var members = Catalogue[id].Members;
        if (members.IsEmpty)
        {
            return;
        }
        var parts = 0;
        foreach (var member in members)
        {
            parts += member.Parts;
        }
        foreach (var member in members)
        {
            AddItem(line, milligrams * member.Parts / parts, member.Herb, written, undecided, true, isMember: true);
        }
    }

    private void AddItem(int line, long milligrams, HerbId id, Handling written, bool undecided, bool uncertain, bool isMember)
    {
        if (count == items.Length)
        {
            Array.Resize(ref items, items.Length * 2);
        }
        ref var item = ref items[count];
        // An absurd weight is refused by its own rule; here it only must not overflow.
        var weight = Math.Clamp(milligrams, 0, Policy.LineMilligrams);
        var perDay = Math.Clamp(Request.DosesPerDay, 1, Policy.Quantity);
        var doses = Math.Max(Math.Clamp(Request.Doses, 1, Policy.Quantity), perDay * Math.Clamp(Request.Days, 1, Policy.Quantity));
        item.Line = line;
        item.Herb = id;
        item.Daily = weight * perDay;
        item.Total = weight * doses;
        item.Written = written;
        item.Traits = Tables.Traits[id.Value];
        item.Undecided = undecided;
        item.IsMember = isMember;
        item.IsGranule = false;
        item.DoseUncertain = uncertain;
        Traits |= item.Traits;
        count++;
    }

    private void ShareLimits()
    {
        var all = Items;
        var groups = Tables.LimitGroups;
        var bases = Tables.Bases;
        for (var i = 0; i < all.Length; i++)
        {
            var group = groups[all[i].Herb.Value];
            var origin = bases[all[i].Herb.Value];
            all[i].First = i;
            all[i].GroupDaily = all[i].Daily;
            for (var j = 0; j < i; j++)
            {
                if (bases[all[j].Herb.Value] != origin)
                {
                    continue;
                }
                // Pieces that share a limit also share a base.
                Traits |= Traits.MayRepeat;
                if (groups[all[j].Herb.Value] == group)
                {
                    all[i].First = j;
                    all[j].GroupDaily += all[i].Daily;
                    break;
                }
            }
        }
    }
}
