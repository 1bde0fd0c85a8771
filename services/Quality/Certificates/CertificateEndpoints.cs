using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Quality.Certificates;

/// <summary>Test reports (检验报告) as files: kept as they came, with their hash, and shown to those who may see their lot.</summary>
internal static class CertificateEndpoints
{
    private const int MostMegabytes = 5;
    private const int Most = MostMegabytes << 20;

    /// <param name="Recorded">false: this lot has the very file already</param>
    /// <param name="AlsoOfLots">how many other lots came with the very same file</param>
    internal sealed record CertificateAnswer(
        Guid CertificateId,
        string ContentType,
        int Size,
        string Sha256,
        bool Recorded,
        int AlsoOfLots
    );

    private sealed class BodyLimit : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => Most + 1;
    }

    public static void MapCertificates(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/quality/lots/{lotId:guid}/certificates", UploadAsync)
            .RequireRole(Roles.Quality, Roles.Dispenser)
            .WithMetadata(new BodyLimit())
            .Accepts<byte[]>("application/octet-stream", "application/pdf", "image/png", "image/jpeg")
            .WithTags("lots")
            .WithName("UploadCertificate");
        app.MapGet("/api/quality/certificates/{certificateId:guid}", DownloadAsync)
            .RequireRole(Roles.Quality, Roles.Dispenser, Roles.Regulator, Roles.Operator)
            .WithTags("lots")
            .WithName("ReadCertificate");
    }

    /// <summary>The body is the file itself.</summary>
    private static async Task<Ok<CertificateAnswer>> UploadAsync(
        Guid lotId,
        string? name,
        HttpRequest request,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        IOptions<SupervisionSettings> supervision,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var content = await ReadAsync(request, cancellationToken);
        var type = CertificateKind.Of(content) ?? throw QualityFaults.CertificateKind.Exception();
        var hash = SHA256.HashData(content);
        await using var command = database.CreateCommand(
            $"""
            insert into quality.certificate (certificate_id, lot_id, name, content_type, size, sha256, content, uploaded_by, uploaded_name, uploaded_at)
            select @certificate, lot_id, @name, @type, @size, @sha256, @content, @by, @by_name, @now
            from quality.lot where lot_id = @lot and {Sight.Centre}
            on conflict (lot_id, sha256) do nothing
            """
        );
        command.Parameters.AddWithValue("certificate", Guid.CreateVersion7());
        command.Parameters.AddWithValue("name", CertificateKind.NameFor(name, type));
        command.Parameters.AddWithValue("type", type);
        command.Parameters.AddWithValue("size", content.Length);
        command.Parameters.AddWithValue("sha256", hash);
        command.Parameters.AddWithValue("content", content);
        command.Parameters.AddWithValue("by", caller.Subject());
        command.Parameters.AddWithValue("by_name", caller.DisplayName());
        command.Parameters.AddWithValue("now", time.GetUtcNow());
        command.Parameters.AddWithValue("lot", lotId);
        Sight.Of(caller, supervision.Value).Guard(command);
        var recorded = await command.ExecuteNonQueryAsync(cancellationToken) > 0;

        await using var reading = database.CreateCommand(
            $"""
            select certificate_id, (select count(*)::int from quality.certificate o where o.sha256 = c.sha256 and o.lot_id <> c.lot_id)
            from quality.certificate c join quality.lot l using (lot_id) where c.lot_id = @lot and c.sha256 = @sha256 and {Sight.Centre}
            """
        );
        reading.Parameters.AddWithValue("lot", lotId);
        reading.Parameters.AddWithValue("sha256", hash);
        Sight.Of(caller, supervision.Value).Guard(reading);
        await using var reader = await reading.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? TypedResults.Ok(
                new CertificateAnswer(reader.GetGuid(0), type, content.Length, Convert.ToHexStringLower(hash), recorded, reader.GetInt32(1))
            )
            : throw QualityFaults.LotNotFound.Exception("lotId");
    }

    private static async Task<byte[]> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength is 0 or > Most)
        {
            throw QualityFaults.CertificateSize.Exception("", MostMegabytes);
        }

        using var content = new MemoryStream();
        var buffer = new byte[64 << 10];
        for (int read; (read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0; )
        {
            content.Write(buffer, 0, read);
            if (content.Length > Most)
            {
                throw QualityFaults.CertificateSize.Exception("", MostMegabytes);
            }
        }

        return content.Length > 0 ? content.ToArray() : throw QualityFaults.CertificateSize.Exception("", MostMegabytes);
    }

    /// <summary>The file as it came. It is saved, never shown as a page of ours: it was written by others.</summary>
    private static async Task<FileContentHttpResult> DownloadAsync(
        Guid certificateId,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        IOptions<SupervisionSettings> supervision,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            $"""
            select c.content, c.content_type, c.name, c.sha256 from quality.certificate c join quality.lot l using (lot_id)
            where c.certificate_id = @id and {Sight.Centre}
            """
        );
        command.Parameters.AddWithValue("id", certificateId);
        Sight.Of(caller, supervision.Value).Guard(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw QualityFaults.CertificateNotFound.Exception("certificateId");
        }

        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "private, no-store";
        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        var hash = Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(3));
        return TypedResults.File(
            reader.GetFieldValue<byte[]>(0),
            reader.GetString(1),
            reader.GetString(2),
            entityTag: new Microsoft.Net.Http.Headers.EntityTagHeaderValue($"\"{hash}\"")
        );
    }
}
