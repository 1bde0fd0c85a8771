using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.Options;
using TcmBrain.Contracts.Events;
using TcmBrain.Decoction.Packing;
using TcmBrain.Decoction.Parcels;
using TcmBrain.Decoction.PatientPage;
using TcmBrain.Exchange;
using TcmBrain.Paper;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction.Labels;

/// <summary>
/// Makes labels and counts them (打印与补打). The patient's name is read for each order from prescriptions, which records who asked, and is kept
/// nowhere here. Of several prints of one thing the last is valid.
/// </summary>
internal sealed class LabelPrinter(
    EventExchange exchange,
    IHttpClientFactory clients,
    IOptions<DeliverySettings> settings,
    IOptions<Gs1Settings> gs1,
    TimeProvider time
)
{
    private sealed record LabelPatient(string Name, string Sex, string Age);

    /// <summary>Something to be labelled: kind, its bag's serial or handling, and how often that was done.</summary>
    internal sealed record Subject(string Kind, string Name, int Prints);

    private sealed record Facts(
        string HisNumber,
        string Institution,
        string Centre,
        string CentreCode,
        bool External,
        bool Decocted,
        int Doses,
        int Millilitres,
        int TimesPerDay,
        string Usage,
        string PublicCode,
        DateTimeOffset At,
        string Operator,
        bool Ready,
        string[] Bags,
        IReadOnlyList<PackedApart> Apart
    );

    /// <summary>What there is to label, for the centre's own.</summary>
    /// <exception cref="ServiceDefaults.Faults.FaultException">DEC-0106</exception>
    public async Task<IReadOnlyList<Subject>> SubjectsAsync(Guid prescriptionId, string centre, CancellationToken cancellationToken)
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var facts = await ReadAsync(work, prescriptionId, centre, cancellationToken);
        return await CountAsync(work, prescriptionId, facts, cancellationToken);
    }

    /// <param name="kind">bag or apart; null: everything</param>
    /// <param name="names">serials or handlings; null: all of the kind</param>
    /// <param name="orderId">ordered again it is the same print</param>
    /// <exception cref="ServiceDefaults.Faults.FaultException">DEC-0621, DEC-0622, DEC-0624, DEC-0625; nothing is counted then</exception>
    public async Task<IReadOnlyList<Sheet>> PrintAsync(
        Guid prescriptionId,
        string? kind,
        IReadOnlyList<string>? names,
        string? reason,
        Guid orderId,
        Reporter by,
        CancellationToken cancellationToken
    )
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var facts = await ReadAsync(work, prescriptionId, by.InstitutionCode, cancellationToken);
        var wanted = (await CountAsync(work, prescriptionId, facts, cancellationToken))
            .Where(s => (kind is null || s.Kind == kind) && (names is null || names.Contains(s.Name)))
            .ToList();
        if (wanted.Count == 0 || names is not null && wanted.Count != names.Distinct().Count())
        {
            throw DecoctionFaults.LabelUnknown.Exception("subjects");
        }

        var why = string.IsNullOrWhiteSpace(reason) ? null : reason.Trim();
        var known = await OrderAsync(work, prescriptionId, orderId, cancellationToken);
        if (why is { Length: > 100 } || why is null && wanted.Any(s => s.Prints > 0 && !known.ContainsKey((s.Kind, s.Name))))
        {
            throw DecoctionFaults.ReprintReason.Exception("reason");
        }

        var patient = await PatientAsync(prescriptionId, cancellationToken);
        var sheets = new List<Sheet>(wanted.Count);
        foreach (var subject in wanted)
        {
            var (number, because) = known.TryGetValue((subject.Kind, subject.Name), out var before)
                ? before
                : (subject.Prints + 1, subject.Prints == 0 ? null : why);
            if (before.Number == 0)
            {
                await EnterAsync(work, prescriptionId, subject, number, orderId, because, by, cancellationToken);
            }

            sheets.Add(LabelLayout.Of(ContentOf(facts, patient, subject, number, because)));
        }

        await work.CommitAsync(cancellationToken);
        return sheets;
    }

    private async Task<LabelPatient> PatientAsync(Guid prescriptionId, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await clients
                .CreateClient("prescriptions")
                .PostAsJsonAsync($"/api/prescriptions/{prescriptionId}/label-patient", new { }, cancellationToken);
            return answer.StatusCode switch
            {
                HttpStatusCode.OK => (await answer.Content.ReadFromJsonAsync<LabelPatient>(cancellationToken))!,
                HttpStatusCode.Gone or HttpStatusCode.NotFound => throw DecoctionFaults.LabelPatientGone.Exception("prescriptionId"),
                _ => throw DecoctionFaults.LabelPatientAway.Exception(),
            };
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw DecoctionFaults.LabelPatientAway.Exception();
        }
    }

    private LabelContent ContentOf(Facts facts, LabelPatient patient, Subject subject, int number, string? reason)
    {
        var apart = subject.Kind == "apart" ? facts.Apart.First(a => a.Handling == subject.Name) : null;
        var print = number > 1 ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"&n={number}") : "";
        var address = settings.Value.PageAddress.TrimEnd('/');
        return new LabelContent(
            facts.Institution,
            facts.Centre,
            settings.Value.Phones.GetValueOrDefault(facts.CentreCode, ""),
            patient.Name,
            patient.Sex,
            patient.Age,
            facts.HisNumber,
            facts.External,
            facts.Decocted,
            facts.Doses,
            facts.Bags.Length,
            facts.Millilitres,
            facts.TimesPerDay,
            facts.Usage,
            facts.Operator,
            facts.At,
            facts.Decocted && apart is null ? facts.At.AddDays(settings.Value.RefrigeratedDays) : null,
            apart?.Handling,
            apart is null ? "" : string.Join("、", apart.Pieces),
            apart is null ? "" : TakingAdvice.HowToUse(apart.Handling, facts.Decocted),
            apart is null && facts.Bags.Length > 0 ? subject.Name : "",
            apart is null ? Array.IndexOf(facts.Bags, subject.Name) + 1 : 0,
            number,
            reason,
            apart is null && facts.Bags.Length > 0
                // GS1 Digital Link: key and serial in the path, and what is not of GS1 in the query.
                ? $"{address}/01/{Gs1.BagGtin(gs1.Value.CompanyPrefix)}/21/{subject.Name}?c={facts.PublicCode}{print}"
                : $"{address}/p/{facts.PublicCode}"
        );
    }

    private static async Task<Facts> ReadAsync(Work work, Guid prescriptionId, string centre, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            select j.his_number, coalesce(i.name_zh, ''), coalesce(c.name_zh, ''), j.centre_code, j.external, j.decoct, j.doses,
                   j.millilitres_per_pack, coalesce(j.times_per_day, j.doses_per_day * j.packs_per_dose), j.usage_text, j.public_code,
                   coalesce(p.ready_at, j.checked_at),
                   coalesce((select s.finished_name from decoction.step s
                             where s.prescription_id = j.prescription_id and s.step = 'packing' and s.superseded_by is null), ''),
                   p.prescription_id is not null,
                   array(select b.serial from decoction.bag b where b.prescription_id = j.prescription_id order by b.number), j.portions
            from decoction.job j
            left join decoction.parcel p using (prescription_id)
            left join decoction.institution i on i.code = j.institution_code
            left join decoction.institution c on c.code = j.centre_code
            where j.prescription_id = $1 and j.centre_code = $2
            for update of j
            """,
            prescriptionId,
            centre
        );
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            throw DecoctionFaults.JobNotFound.Exception("prescriptionId");
        }

        var decocted = row.GetBoolean(5);
        return new Facts(
            row.GetString(0),
            row.GetString(1),
            row.GetString(2),
            row.GetString(3),
            row.GetBoolean(4),
            decocted,
            row.GetInt32(6),
            row.GetInt32(7),
            row.GetInt32(8),
            row.GetString(9),
            row.GetString(10),
            row.GetFieldValue<DateTimeOffset>(11),
            row.GetString(12),
            row.GetBoolean(13),
            row.GetFieldValue<string[]>(14),
            ApartRule.Labelled(StoredJson.Read<WeighedPortion[]>(row.GetString(15)))
        );
    }

    private static async Task<List<Subject>> CountAsync(Work work, Guid prescriptionId, Facts facts, CancellationToken cancellationToken)
    {
        var prints = new Dictionary<(string, string), int>();
        await using var command = work.Command(
            "select kind, subject, max(print_no) from decoction.label_print where prescription_id = $1 group by kind, subject",
            prescriptionId
        );
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            prints[(row.GetString(0), row.GetString(1))] = row.GetInt32(2);
        }

        // What the patient decocts is one pack, known by the prescription's number.
        IEnumerable<string> bags =
            facts.Decocted ? facts.Bags
            : facts.Ready ? ["pack"]
            : [];
        return
        [
            .. bags.Select(name => ("bag", name))
                .Concat(facts.Apart.Select(apart => ("apart", apart.Handling)))
                .Select(s => new Subject(s.Item1, s.Item2, prints.GetValueOrDefault(s))),
        ];
    }

    private static async Task<Dictionary<(string Kind, string Subject), (int Number, string? Reason)>> OrderAsync(
        Work work,
        Guid prescriptionId,
        Guid orderId,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            "select kind, subject, print_no, reason from decoction.label_print where prescription_id = $1 and order_id = $2",
            prescriptionId,
            orderId
        );
        var known = new Dictionary<(string, string), (int, string?)>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            known[(row.GetString(0), row.GetString(1))] = (row.GetInt32(2), row.TextAt(3));
        }

        return known;
    }

    private async Task EnterAsync(
        Work work,
        Guid prescriptionId,
        Subject subject,
        int number,
        Guid orderId,
        string? reason,
        Reporter by,
        CancellationToken cancellationToken
    )
    {
        await using var insert = work.Command(
            """
            insert into decoction.label_print
                (prescription_id, kind, subject, print_no, order_id, reason, printed_at, printed_by, printed_name)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            prescriptionId,
            subject.Kind,
            subject.Name,
            number,
            orderId,
            reason,
            time.GetUtcNow().Stored(),
            by.Subject,
            by.Name
        );
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }
}
