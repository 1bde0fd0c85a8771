using Dapper;
using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Institutions.Register;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Practitioners;

/// <summary>A person who acts for an institution (执业人员).</summary>
/// <param name="Code">licence number</param>
/// <param name="Category">physician, pharmacist, dispenser, decoction-worker</param>
public sealed record Practitioner(
    Guid Id,
    string Code,
    string InstitutionCode,
    string Name,
    string Category,
    string Title,
    bool MayPrescribeToxic,
    bool MayPrescribeNarcotic
);

public sealed record PractitionerRegistration(
    string? Code,
    string? Name,
    string? Category,
    string? Title,
    bool MayPrescribeToxic = false,
    bool MayPrescribeNarcotic = false
);

internal sealed class PractitionerRegister(EventExchange exchange, NpgsqlDataSource database, TimeProvider time)
{
    private const string Columns = """
        p.id, p.code, i.code as InstitutionCode, p.name, p.category, p.title, p.may_prescribe_toxic as MayPrescribeToxic,
        p.may_prescribe_narcotic as MayPrescribeNarcotic
        """;

    /// <exception cref="FaultException">INS-0108 when the institution is not within the scope</exception>
    public async Task<IReadOnlyList<Practitioner>> ListAsync(string institutionCode, Scope scope, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        _ = await InstitutionIdAsync(connection, null, institutionCode, scope, cancellationToken);
        var people = await connection.QueryAsync<Practitioner>(
            new CommandDefinition(
                $"""
                select {Columns}
                from institutions.practitioner p join institutions.institution i on i.id = p.institution_id
                where i.code = @institutionCode order by p.code
                """,
                new { institutionCode },
                cancellationToken: cancellationToken
            )
        );
        return people.AsList();
    }

    /// <exception cref="FaultException">every fault of the request; INS-0107 when the licence number is taken</exception>
    public async Task<Practitioner> RegisterAsync(
        string institutionCode,
        PractitionerRegistration asked,
        Scope scope,
        CancellationToken cancellationToken
    )
    {
        PractitionerRules.Check(asked).ThrowIfAny();
        var person = new Practitioner(
            Guid.CreateVersion7(),
            asked.Code!,
            institutionCode,
            asked.Name!.Trim(),
            asked.Category!,
            asked.Title?.Trim() ?? "",
            asked.MayPrescribeToxic,
            asked.MayPrescribeNarcotic
        );
        await using var work = await exchange.BeginAsync(cancellationToken);
        var institutionId = await InstitutionIdAsync(work.Connection, work.Transaction, institutionCode, scope, cancellationToken);
        var inserted = await work.Connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into institutions.practitioner
                    (id, code, institution_id, name, category, title, may_prescribe_toxic, may_prescribe_narcotic, version, created_at)
                values (@Id, @Code, @institutionId, @Name, @Category, @Title, @MayPrescribeToxic, @MayPrescribeNarcotic, 1, @now)
                on conflict (code) do nothing
                """,
                new
                {
                    person.Id,
                    person.Code,
                    institutionId,
                    person.Name,
                    person.Category,
                    person.Title,
                    person.MayPrescribeToxic,
                    person.MayPrescribeNarcotic,
                    now = time.GetUtcNow(),
                },
                work.Transaction,
                cancellationToken: cancellationToken
            )
        );
        if (inserted == 0)
        {
            throw InstitutionsFaults.CodeTaken.Exception("code");
        }

        work.Publish(
            new PractitionerRegistered
            {
                AggregateId = person.Id,
                Version = 1,
                OccurredAt = time.GetUtcNow(),
                Code = person.Code,
                InstitutionCode = person.InstitutionCode,
                Name = person.Name,
                Category = person.Category,
                MayPrescribeToxic = person.MayPrescribeToxic,
                MayPrescribeNarcotic = person.MayPrescribeNarcotic,
            }
        );
        await work.CommitAsync(cancellationToken);
        return person;
    }

    private static async Task<Guid> InstitutionIdAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        string code,
        Scope scope,
        CancellationToken cancellationToken
    ) =>
        await connection.QuerySingleOrDefaultAsync<Guid?>(
            new CommandDefinition(
                $"select i.id from institutions.institution i where i.code = @code and {Scope.Sql}",
                new
                {
                    code,
                    scope.All,
                    scope.RegionPrefix,
                    scope.OwnCode,
                },
                transaction,
                cancellationToken: cancellationToken
            )
        ) ?? throw InstitutionsFaults.InstitutionNotFound.Exception();
}
