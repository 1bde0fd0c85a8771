using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Decoction.Packing;
using TcmBrain.Decoction.Parcels;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction.PatientPage;

/// <summary>What a phone reads after scanning a bag: open to whoever has the code, and to nobody else.</summary>
internal static class PatientPageEndpoints
{
    public static void MapPatientPage(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/decoction/public/{code}", ReadAsync).AllowAnonymous().WithName("ReadPatientPage").WithTags("patient page");
        app.MapGet("/api/decoction/public/{code}/curve", PatientCurve.ReadAsync)
            .AllowAnonymous()
            .WithName("ReadPatientCurve")
            .WithTags("patient page");
    }

    /// <summary>A code of another form, and one that nobody has, answer alike: DEC-0601.</summary>
    private static async Task<Ok<PatientView>> ReadAsync(
        string code,
        NpgsqlDataSource database,
        IOptions<DeliverySettings> settings,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        context.Response.Headers.CacheControl = "no-store";
        if (!PublicCode.IsWellFormed(code))
        {
            throw DecoctionFaults.CodeNotFound.Exception("code");
        }

        await using var command = database.CreateCommand(
            """
            select job.state, job.decoct, job.external, job.urgent, job.doses, job.doses_per_day, job.packs_per_dose, job.millilitres_per_pack,
                   job.usage_text, job.times_per_day, job.millilitres_per_time, job.checked_at, job.portions, job.centre_code,
                   coalesce(c.name_zh, ''), coalesce(c.name_en, ''),
                   job.pick_up_institution, coalesce(i.name_zh, ''), coalesce(i.name_en, ''), job.pick_up_from, job.pick_up_until,
                   p.state, p.ready_at, p.shipped_at, p.delivered_at, p.expected_by, coalesce(p.attempts, 0), p.since,
                   (select min(started_at) from decoction.step s where s.prescription_id = job.prescription_id),
                   (select min(started_at) from decoction.step s where s.prescription_id = job.prescription_id and s.step = 'first-boil'),
                   (select count(*)::int from decoction.bag b where b.prescription_id = job.prescription_id)
            from decoction.job job
            left join decoction.parcel p using (prescription_id)
            left join decoction.institution c on c.code = job.centre_code
            left join decoction.institution i on i.code = job.pick_up_institution
            where job.public_code = @code
            """
        );
        command.Parameters.AddWithValue("code", code);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? TypedResults.Ok(View(row, settings.Value.RefrigeratedDays))
            : throw DecoctionFaults.CodeNotFound.Exception("code");
    }

    private static PatientView View(NpgsqlDataReader row, int refrigeratedDays)
    {
        var decocted = row.GetBoolean(1);
        var external = row.GetBoolean(2);
        var apart = ApartRule.Of(StoredJson.Read<WeighedPortion[]>(row.GetString(12)), decocted);
        var ready = row.MomentAt(22);
        var parcel = row.TextAt(21);
        var stage = parcel switch
        {
            null => row.GetString(0),
            ParcelStates.Ready => "packed",
            ParcelStates.Counter => "at-counter",
            _ => parcel,
        };
        var milestones = new List<Milestone> { new("checked", row.GetFieldValue<DateTimeOffset>(11)) };
        Reached("soaking", row.MomentAt(28));
        Reached("decocting", row.MomentAt(29));
        Reached("packed", ready);
        Reached("shipped", row.MomentAt(23));
        Reached("at-counter", parcel == ParcelStates.Counter ? row.MomentAt(27) : null);
        Reached("delivered", row.MomentAt(24));
        return new PatientView(
            stage,
            milestones,
            new NamePair(row.GetString(14), row.GetString(15)),
            decocted,
            external,
            row.GetBoolean(3),
            row.GetInt32(4),
            row.GetInt32(5),
            row.GetInt32(30),
            row.GetInt32(7),
            row.IsDBNull(9) ? row.GetInt32(5) * row.GetInt32(6) : row.GetInt32(9),
            row.IsDBNull(10) ? row.GetInt32(7) : row.GetInt32(10),
            row.GetString(8),
            decocted ? ready?.AddDays(refrigeratedDays) : null,
            apart,
            TakingAdvice.Of(decocted, external, apart, refrigeratedDays),
            new Coming(
                row.IsDBNull(16) ? "courier" : "pick-up",
                row.MomentAt(25),
                row.GetInt32(26),
                row.IsDBNull(16) ? null : new NamePair(row.GetString(17), row.GetString(18)),
                row.MomentAt(19),
                row.MomentAt(20)
            )
        );

        void Reached(string stage, DateTimeOffset? at)
        {
            if (at is { } reached)
            {
                milestones.Add(new Milestone(stage, reached));
            }
        }
    }
}
