using Dapper;
using Npgsql;
using TcmBrain.Cockpit.Audit;
using TcmBrain.Cockpit.Indicators.Evaluation;
using TcmBrain.Cockpit.Indicators.Language;
using TcmBrain.Cockpit.Indicators.Registers;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Cockpit.Indicators.Audit;

/// <summary>
/// The indicators audit themselves (指标核对): what the cockpit has of the registers is what the register of institutions says, and every term of every
/// indicator, computed a second time without SQL from that register, is what the cockpit computes.
/// </summary>
public static class IndicatorAudit
{
    /// <param name="cockpit">the cockpit's database</param>
    /// <param name="register">the database of institutions</param>
    /// <param name="today">in the region's time</param>
    public static async Task<AuditResult> RunAsync(
        NpgsqlDataSource cockpit,
        NpgsqlDataSource register,
        DateOnly today,
        CancellationToken cancellationToken = default
    )
    {
        await using var here = await cockpit.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await here.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        await using var there = await register.OpenConnectionAsync(cancellationToken);
        var known = await InterpreterAsync(there);
        var differences = new List<AuditDifference>();
        var checks = new List<AuditCheck>
        {
            await EntriesAsync(here, there, "institution", differences),
            await EntriesAsync(here, there, "practitioner", differences),
            await EntriesAsync(here, there, "region", differences),
        };
        long all = 0;
        long agree = 0;
        foreach (var (name, term, region) in await TermsAsync(here))
        {
            var should = known.Of(term, region);
            await using var batch = new NpgsqlBatch(here);
            TermSql.AddValue(batch, term, new Place(region, today));
            var does = await batch.ExecuteScalarAsync(cancellationToken) as decimal?;
            all++;
            if (should == does)
            {
                agree++;
            }
            else
            {
                differences.Add(new($"{name} {term}", Said(should), Said(does)));
            }
        }

        checks.Add(new("indicators.terms = recomputation", all, agree));
        return new(checks, differences);
    }

    private static string Said(decimal? value) => value?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "—";

    /// <summary>The newest version of each entry, there and here.</summary>
    private static async Task<AuditCheck> EntriesAsync(
        NpgsqlConnection here,
        NpgsqlConnection there,
        string subject,
        List<AuditDifference> differences
    )
    {
        var told = (await there.QueryAsync<(string Code, int Version)>($"select code, version from institutions.{subject}")).ToDictionary(
            r => r.Code,
            r => r.Version
        );
        // A suspension counts the version on without telling the entry again.
        var kept = (
            await here.QueryAsync<(string Code, int Version)>(
                $"""
                select r.code, greatest(max(r.version), (select max(s.version) from cockpit.register_standing s
                                                         where s.subject = left('{subject}', 1)::"char" and s.code = r.code))
                from cockpit.register_{subject} r group by r.code
                """
            )
        ).ToDictionary(r => r.Code, r => r.Version);
        var name = $"indicators.register {subject}s";
        differences.AddRange(
            told.Where(t => kept.GetValueOrDefault(t.Key) != t.Value)
                .Take(3)
                .Select(t => new AuditDifference($"{name} {t.Key}", Said(t.Value), Said(kept.GetValueOrDefault(t.Key))))
        );
        return new(name, told.Count, kept.Count(k => told.GetValueOrDefault(k.Key) == k.Value));
    }

    private static async Task<List<(string Name, Term Term, string Region)>> TermsAsync(NpgsqlConnection here)
    {
        var rows = await here.QueryAsync<(string Plan, int Seq, string Region, string Numerator, string? Denominator)>(
            """
            select i.plan, i.seq, p.region, i.numerator, i.denominator from cockpit.plan_indicator i join cockpit.plan p on p.code = i.plan
            where i.numerator is not null order by 1, 2
            """
        );
        return
        [
            .. rows.SelectMany(r =>
                ((string?[])[r.Numerator, r.Denominator])
                    .OfType<string>()
                    .SelectMany(text => Parser.Parse(text).Terms())
                    .Where(t => t is not EventCount)
                    .Select(t => ($"{r.Plan}/{r.Seq}", t, r.Region))
            ),
        ];
    }

    private static async Task<Interpreter> InterpreterAsync(NpgsqlConnection there)
    {
        var institutions = await there.QueryAsync<InstitutionRow>(
            """
            select code, region_code as region, kind, ownership, level, beds, tcm_hall as hall,
                   array(select d ->> 'code' from jsonb_array_elements(departments) d) as departments, attributes::text as attributes
            from institutions.institution where status = 'active'
            """
        );
        var people = await there.QueryAsync<(
            string Institution,
            string Category,
            string Discipline,
            bool General,
            string Grade,
            string Title
        )>(
            """
            select i.code, p.category, p.discipline, p.general_practice, p.grade, p.title
            from institutions.practitioner p join institutions.institution i on i.id = p.institution_id
            where p.status = 'active' and i.status = 'active'
            """
        );
        var population = await there.QueryAsync<(string Code, int Population)>(
            "select code, population from institutions.region where retired_at is null"
        );
        return new Interpreter(
            [
                .. institutions.Select(i => new KnownInstitution(
                    i.Code,
                    i.Region,
                    i.Kind,
                    i.Ownership,
                    i.Level,
                    RegisterFold.GradeOf(i.Level),
                    i.Beds,
                    i.Hall,
                    i.Departments,
                    StoredJson.Read<Dictionary<string, int>>(i.Attributes)
                )),
            ],
            [.. people.Select(p => new KnownPractitioner(p.Institution, p.Category, p.Discipline, p.General, p.Grade, p.Title))],
            population.ToDictionary(p => p.Code, p => p.Population, StringComparer.Ordinal)
        );
    }

    // By its properties, not its constructor: an array comes as System.Array.
    private sealed record InstitutionRow
    {
        public required string Code { get; init; }
        public required string Region { get; init; }
        public required string Kind { get; init; }
        public required string Ownership { get; init; }
        public required string Level { get; init; }
        public required int Beds { get; init; }
        public required bool Hall { get; init; }
        public required string[] Departments { get; init; }
        public required string Attributes { get; init; }
    }
}
