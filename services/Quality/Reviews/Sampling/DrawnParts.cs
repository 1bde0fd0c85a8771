using Npgsql;
using NpgsqlTypes;

namespace TcmBrain.Quality.Reviews.Sampling;

/// <summary>What a draw took, institution by institution and stratum by stratum, in its tables.</summary>
internal static class DrawnParts
{
    public static async Task WriteAsync(
        NpgsqlConnection connection,
        Guid runId,
        IReadOnlyDictionary<string, (string RegionCode, DrawnPart Part)> parts,
        CancellationToken cancellationToken
    )
    {
        await using (
            var copy = await connection.BeginBinaryImportAsync(
                """
                copy quality.review_run_part (run_id, institution_code, region_code, population, required, drawn_before, drawn, digest)
                from stdin (format binary)
                """,
                cancellationToken
            )
        )
        {
            foreach (var (institution, (region, part)) in parts)
            {
                await copy.StartRowAsync(cancellationToken);
                await copy.WriteAsync(runId, NpgsqlDbType.Uuid, cancellationToken);
                await copy.WriteAsync(institution, NpgsqlDbType.Text, cancellationToken);
                await copy.WriteAsync(region, NpgsqlDbType.Text, cancellationToken);
                await NumbersAsync(copy, cancellationToken, part.Population, part.Required, part.DrawnBefore, part.Drawn);
                await copy.WriteAsync(part.Digest, NpgsqlDbType.Bytea, cancellationToken);
            }

            await copy.CompleteAsync(cancellationToken);
        }

        await using (
            var copy = await connection.BeginBinaryImportAsync(
                """
                copy quality.review_stratum (run_id, institution_code, stratum, department_name, prescriber_code, prescriber_name, population,
                    allotted, drawn_before, drawn) from stdin (format binary)
                """,
                cancellationToken
            )
        )
        {
            foreach (var (institution, (_, part)) in parts)
            {
                foreach (var (number, stratum) in part.Strata.Index())
                {
                    await copy.StartRowAsync(cancellationToken);
                    await copy.WriteAsync(runId, NpgsqlDbType.Uuid, cancellationToken);
                    await copy.WriteAsync(institution, NpgsqlDbType.Text, cancellationToken);
                    await NumbersAsync(copy, cancellationToken, number);
                    await copy.WriteAsync(stratum.Department, NpgsqlDbType.Text, cancellationToken);
                    await copy.WriteAsync(stratum.PrescriberCode, NpgsqlDbType.Text, cancellationToken);
                    await copy.WriteAsync(stratum.PrescriberName, NpgsqlDbType.Text, cancellationToken);
                    await NumbersAsync(
                        copy,
                        cancellationToken,
                        stratum.Population,
                        stratum.Allotted,
                        stratum.DrawnBefore,
                        stratum.Drawn.Count
                    );
                }
            }

            await copy.CompleteAsync(cancellationToken);
        }

        await using var samples = await connection.BeginBinaryImportAsync(
            "copy quality.review_sample (run_id, prescription_id, institution_code, stratum) from stdin (format binary)",
            cancellationToken
        );
        foreach (var (institution, (_, part)) in parts)
        {
            foreach (var (number, stratum) in part.Strata.Index())
            {
                foreach (var prescription in stratum.Drawn)
                {
                    await samples.StartRowAsync(cancellationToken);
                    await samples.WriteAsync(runId, NpgsqlDbType.Uuid, cancellationToken);
                    await samples.WriteAsync(prescription, NpgsqlDbType.Uuid, cancellationToken);
                    await samples.WriteAsync(institution, NpgsqlDbType.Text, cancellationToken);
                    await NumbersAsync(samples, cancellationToken, number);
                }
            }
        }

        await samples.CompleteAsync(cancellationToken);
    }

    private static async Task NumbersAsync(NpgsqlBinaryImporter copy, CancellationToken cancellationToken, params int[] numbers)
    {
        foreach (var number in numbers)
        {
            await copy.WriteAsync(number, NpgsqlDbType.Integer, cancellationToken);
        }
    }
}
