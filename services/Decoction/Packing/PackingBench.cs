using System.Text.Json;
using Microsoft.Extensions.Options;
using TcmBrain.Contracts.Events;
using TcmBrain.Decoction.Deviations;
using TcmBrain.Decoction.Jobs;
using TcmBrain.Decoction.Parcels;
using TcmBrain.Decoction.Recipes;
using TcmBrain.Decoction.Steps;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction.Packing;

/// <summary>
/// Takes the check of a decoction's bags: once, before its parcel leaves. What differs from the recipe is raised as a deviation that holds
/// the parcel until a named person has decided.
/// </summary>
internal sealed class PackingBench(EventExchange exchange, IOptions<DeliverySettings> settings, TimeProvider time)
{
    /// <exception cref="FaultException">
    /// DEC-0106 no such job here, DEC-0611 not packed yet or gone, DEC-0613 checked otherwise before, DEC-0614 a serial that is none of its bags
    /// </exception>
    public async Task<PackingAnswer> CheckAsync(Guid prescriptionId, PackingReport report, Reporter by, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var at = report.CheckedAt.Reported("checkedAt", now);
        var counted = report.Counted ?? throw DecoctionFaults.Missing.Exception("counted");
        await using var work = await exchange.BeginAsync(cancellationToken);
        var job =
            await JobStore.LockAsync(work, prescriptionId, by.InstitutionCode, cancellationToken)
            ?? throw DecoctionFaults.JobNotFound.Exception("prescriptionId");
        var recipe = job.Recipe ?? throw DecoctionFaults.NotDecocted.Exception("prescriptionId");
        if (await KnownAsync(work, prescriptionId, cancellationToken) is { } known)
        {
            return known == (at, counted)
                ? new PackingAnswer(prescriptionId, false, [])
                : throw DecoctionFaults.PackingChecked.Exception("checkedAt", known.At.Text());
        }

        var packed = job.Steps.FirstOrDefault(s => s.Step == Step.Packing)?.FinishedAt;
        if (job.State != JobStates.Packed || packed is null)
        {
            throw DecoctionFaults.NotPacked.Exception("prescriptionId");
        }

        if (at < packed)
        {
            throw DecoctionFaults.BeforePresent.Exception("checkedAt", packed.Value.Text());
        }

        var (measured, lost) = await OwnBagsAsync(work, job, recipe, report, cancellationToken);
        var differences = PackingRules
            .Check(recipe.Bags, recipe.MillilitresPerBag, counted, lost, measured, settings.Value.VolumePercent)
            .ToList();
        foreach (var difference in differences)
        {
            await DeviationStore.RaiseAsync(work, job, difference, at, holds: true, cancellationToken);
        }

        await KeepSampleAsync(work, job, report.Sample, at, by, cancellationToken);
        await EnterAsync(work, prescriptionId, report, counted, measured, lost, differences.Count, at, by, cancellationToken);
        Tell(work, job, recipe, report, measured, at, by);
        await JobStore.SaveAsync(work, job, cancellationToken);
        await work.CommitAsync(cancellationToken);
        return new PackingAnswer(prescriptionId, true, [.. differences.Select(d => new Difference(d.RuleId, d.TextZh, d.TextEn))]);
    }

    private static void Tell(
        Work work,
        Job job,
        Recipe recipe,
        PackingReport report,
        List<MeasuredBag> measured,
        DateTimeOffset at,
        Reporter by
    ) =>
        work.Publish(
            new PackingChecked
            {
                AggregateId = job.PrescriptionId,
                Version = job.NextVersion(),
                OccurredAt = at,
                InstitutionCode = job.InstitutionCode,
                RegionCode = job.RegionCode,
                HisNumber = job.HisNumber,
                Revision = job.Revision,
                CentreCode = job.CentreCode,
                Vessel = job.Steps.LastOrDefault()?.Vessel ?? "",
                AskedMillilitres = recipe.MillilitresPerBag,
                MeasuredMillilitres = [.. measured.Select(bag => bag.Millilitres)],
                Counted = report.Counted ?? 0,
                CheckedBy = by.Name,
            },
            job.TraceParent
        );

    /// <exception cref="FaultException">DEC-0616 no such sample here, DEC-0617 not yet, DEC-0618 unknown disposal</exception>
    public async Task DisposeAsync(Guid sampleId, DisposalReport report, Reporter by, CancellationToken cancellationToken)
    {
        if (report.Disposal is not ("expired" or "tested" or "spoiled"))
        {
            throw DecoctionFaults.SampleDisposal.Exception("disposal");
        }

        var at = report.DisposedAt.Reported("disposedAt", time.GetUtcNow());
        await using var work = await exchange.BeginAsync(cancellationToken);
        DateTimeOffset until;
        await using (
            var read = work.Command(
                "select keep_until, disposed_at is not null from decoction.retained_sample where sample_id = $1 and centre_code = $2 for update",
                sampleId,
                by.InstitutionCode
            )
        )
        {
            await using var row = await read.ExecuteReaderAsync(cancellationToken);
            if (!await row.ReadAsync(cancellationToken))
            {
                throw DecoctionFaults.SampleNotFound.Exception("sampleId");
            }

            if (row.GetBoolean(1))
            {
                return;
            }

            until = row.GetFieldValue<DateTimeOffset>(0);
        }

        if (report.Disposal == "expired" && at < until)
        {
            throw DecoctionFaults.SampleKept.Exception("disposedAt", until.Text());
        }

        await using var update = work.Command(
            """
            update decoction.retained_sample set disposed_at = greatest($2, taken_at), disposed_by = $3, disposed_name = $4, disposal = $5
            where sample_id = $1
            """,
            sampleId,
            at,
            by.Subject,
            by.Name,
            report.Disposal
        );
        await update.ExecuteNonQueryAsync(cancellationToken);
        await work.CommitAsync(cancellationToken);
    }

    private static async Task<(DateTimeOffset At, int Counted)?> KnownAsync(Work work, Guid id, CancellationToken cancellationToken)
    {
        await using var command = work.Command("select checked_at, counted from decoction.packing_check where prescription_id = $1", id);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetFieldValue<DateTimeOffset>(0), row.GetInt32(1)) : null;
    }

    private static async Task<(List<MeasuredBag> Measured, List<string> Lost)> OwnBagsAsync(
        Work work,
        Job job,
        Recipe recipe,
        PackingReport report,
        CancellationToken cancellationToken
    )
    {
        var own = (await BagStore.OfAsync(work, job.PrescriptionId, cancellationToken)).ToHashSet();
        var measured = (report.Measured ?? []).ToList();
        var lost = (report.Lost ?? []).Distinct().ToList();
        var faults = new FaultList();
        for (var i = 0; i < measured.Count; i++)
        {
            faults.Require(own.Contains(measured[i].Serial), DecoctionFaults.ForeignBag, $"measured[{i}].serial", measured[i].Serial);
        }

        foreach (var serial in lost.Concat(report.Rebagged ?? []).Where(serial => !own.Contains(serial)))
        {
            faults.Add(DecoctionFaults.ForeignBag, "lost", serial);
        }

        var least = Math.Min(PackingRules.LeastMeasured, recipe.Bags);
        faults.Require(measured.Select(bag => bag.Serial).Distinct().Count() >= least, DecoctionFaults.TooFewMeasured, "measured", least);
        faults.ThrowIfAny();
        return (measured, lost);
    }

    private async Task KeepSampleAsync(
        Work work,
        Job job,
        SampleReport? sample,
        DateTimeOffset at,
        Reporter by,
        CancellationToken cancellationToken
    )
    {
        var place = sample?.Place?.Trim() ?? "";
        new FaultList()
            .Require(sample?.Millilitres is >= 10 and <= 1000, DecoctionFaults.SampleAmount, "sample.millilitres")
            .Require(place.Length is > 0 and <= 64, DecoctionFaults.Missing, "sample.place")
            .ThrowIfAny();
        var until = sample!.KeepUntil?.Stored() ?? at.AddHours(settings.Value.SampleHours);
        if (until < at.AddHours(settings.Value.SampleHours))
        {
            throw DecoctionFaults.SampleTooShort.Exception("sample.keepUntil", settings.Value.SampleHours);
        }

        await using var insert = work.Command(
            """
            insert into decoction.retained_sample
                (prescription_id, sample_id, centre_code, millilitres, place, taken_at, keep_until, taken_by, taken_name)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            job.PrescriptionId,
            Guid.CreateVersion7(),
            job.CentreCode,
            sample.Millilitres,
            place,
            at,
            until,
            by.Subject,
            by.Name
        );
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task EnterAsync(
        Work work,
        Guid id,
        PackingReport report,
        int counted,
        List<MeasuredBag> measured,
        List<string> lost,
        int differences,
        DateTimeOffset at,
        Reporter by,
        CancellationToken cancellationToken
    )
    {
        await using var insert = work.Command(
            """
            insert into decoction.packing_check
                (prescription_id, counted, rebagged, lost, measured, differences, checked_at, checked_by, checked_name)
            values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9)
            """,
            id,
            counted,
            (report.Rebagged ?? []).Distinct().ToArray(),
            lost.ToArray(),
            JsonSerializer.Serialize(measured, StoredJson.Options),
            differences,
            at,
            by.Subject,
            by.Name
        );
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }
}
