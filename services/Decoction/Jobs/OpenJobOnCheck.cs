using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Options;
using TcmBrain.CatalogueCopy;
using TcmBrain.Contracts.Events;
using TcmBrain.Decoction.Parcels;
using TcmBrain.Decoction.PatientPage;
using TcmBrain.Decoction.Recipes;
using TcmBrain.Decoction.Vessels;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction.Jobs;

/// <summary>
/// A checked prescription becomes a job with its recipe, or at once a parcel when the patient decocts. Told again it changes nothing;
/// a newer telling replaces a job that nobody has touched, an older one is ignored.
/// </summary>
internal sealed class OpenJobOnCheck(
    CurrentCatalogue catalogue,
    IOptions<VesselSettings> vessels,
    RoomSignal signal,
    IOptions<Gs1Settings> gs1
) : IHandle<PrescriptionChecked>
{
    public async Task HandleAsync(PrescriptionChecked e, Work work, CancellationToken cancellationToken)
    {
        await VesselSeed.EnsureAsync(work, e.CentreCode, vessels.Value.PerCentre, cancellationToken);
        var recipe = e.Decoct ? RecipeRule.Derive(e, piece => catalogue.Value.Find(piece)?.Category, e.Taking?.PatientYears) : null;
        await using var command = work.Command(
            """
            insert into decoction.job
                (prescription_id, institution_code, region_code, his_number, revision, centre_code, delivery_region_code, source_version,
                 traceparent, state, decoct, urgent, external, doses, packs_per_dose, millilitres_per_pack, checked_at, portions, recipe,
                 public_code, pick_up_institution, pick_up_from, pick_up_until, usage_text, times_per_day, millilitres_per_time, doses_per_day)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18::jsonb, $19::jsonb,
                    $20, $21, $22, $23, $24, $25, $26, $27)
            on conflict (prescription_id) do update set
                revision = excluded.revision, centre_code = excluded.centre_code, delivery_region_code = excluded.delivery_region_code,
                source_version = excluded.source_version, traceparent = excluded.traceparent, state = excluded.state,
                decoct = excluded.decoct, urgent = excluded.urgent, external = excluded.external, doses = excluded.doses,
                packs_per_dose = excluded.packs_per_dose, millilitres_per_pack = excluded.millilitres_per_pack,
                checked_at = excluded.checked_at, portions = excluded.portions, recipe = excluded.recipe,
                pick_up_institution = excluded.pick_up_institution, pick_up_from = excluded.pick_up_from,
                pick_up_until = excluded.pick_up_until, usage_text = excluded.usage_text, times_per_day = excluded.times_per_day,
                millilitres_per_time = excluded.millilitres_per_time, doses_per_day = excluded.doses_per_day
            where job.state = 'waiting' and job.source_version < excluded.source_version
            """,
            e.AggregateId,
            e.InstitutionCode,
            e.RegionCode,
            e.HisNumber,
            e.Revision,
            e.CentreCode,
            e.DeliveryRegionCode,
            e.Version,
            Activity.Current?.Id,
            e.Decoct ? JobStates.Waiting : JobStates.Packed,
            e.Decoct,
            e.Urgent,
            e.External,
            e.Doses,
            e.PacksPerDose,
            e.MillilitresPerPack,
            e.OccurredAt.Stored(),
            JsonSerializer.Serialize(e.Portions, StoredJson.Options),
            recipe is null ? null : JsonSerializer.Serialize(recipe, StoredJson.Options),
            PublicCode.New(),
            e.PickUp?.InstitutionCode,
            e.PickUp?.From.Stored(),
            e.PickUp?.Until.Stored(),
            e.Taking?.Usage ?? "",
            e.Taking?.TimesPerDay,
            e.Taking?.MillilitresPerTime,
            e.DosesPerDay
        );
        work.AfterCommit(() => signal.Changed(e.CentreCode));
        var changed = await command.ExecuteNonQueryAsync(cancellationToken) > 0;
        if (changed && !e.Decoct)
        {
            await ParcelStore.AddAsync(work, e.AggregateId, gs1.Value.CompanyPrefix, e.OccurredAt.Stored(), cancellationToken);
        }
    }
}
