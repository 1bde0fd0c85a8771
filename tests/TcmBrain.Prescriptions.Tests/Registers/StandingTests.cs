using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Prescriptions.Audit;
using TcmBrain.Prescriptions.Registers;
using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests.Registers;

/// <summary>What the register tells of people takes effect on the next push, whatever the order in which it comes.</summary>
public sealed class StandingTests(PrescriptionsFixture fixture) : IClassFixture<PrescriptionsFixture>
{
    /// <summary>Of an event to its effect in memory. A second is promised; the rest is for a busy machine.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(120);

    private Register Register => fixture.Service.Services.GetRequiredService<Register>();

    [Fact]
    public async Task A_suspended_practitioner_is_refused_from_the_next_push_and_accepted_again()
    {
        var prescription = PrescriptionsFixture.Clean();
        var code = $"S{Guid.NewGuid():N}"[..20];
        prescription.Prescriber.PractitionerCode = code;
        await TellAsync(Suspended(code, 2));
        await Eventually.Be(() => Register.IsSuspendedPractitioner(code), "the suspension is in memory", Soon);
        var refusal = await Should.ThrowAsync<RpcException>(async () => await PushAsync(prescription));
        refusal.Trailers.GetValue("tcm-code").ShouldBe("PRX-0220");
        refusal.StatusCode.ShouldBe(StatusCode.PermissionDenied);

        // Told late, and of a time before: changes nothing of the standing.
        await TellAsync(Registered(code, 1, toxic: false));
        await TellAsync(Reinstated(code, 1));
        await Eventually.Be(() => Register.AuthorityOf(Of(code, toxic: true)) == 0, "the entry is in memory", Soon);
        Register.IsSuspendedPractitioner(code).ShouldBeTrue();

        await TellAsync(Reinstated(code, 3));
        await Eventually.Be(() => !Register.IsSuspendedPractitioner(code), "the reinstatement is in memory", Soon);
        (await PushAsync(prescription)).State.ShouldBe(State.Approved);
    }

    [Fact]
    public async Task Changed_rights_count_and_older_ones_do_not_come_back()
    {
        var code = $"R{Guid.NewGuid():N}"[..20];
        // What the hospital claims, for as long as the register has told nothing but a suspension.
        await TellAsync(Suspended(code, 3));
        await Eventually.Be(() => Register.IsSuspendedPractitioner(code), "the suspension is in memory", Soon);
        Register.AuthorityOf(Of(code, toxic: true)).ShouldBe(PrescriberAuthority.Toxic);

        await TellAsync(Changed(code, 2, toxic: true, narcotic: true));
        await Eventually.Be(
            () => Register.AuthorityOf(Of(code)) == (PrescriberAuthority.Toxic | PrescriberAuthority.Narcotic),
            "the changed rights are in memory",
            Soon
        );
        await TellAsync(Registered(code, 1, toxic: false));
        await TellAsync(Changed(code, 4, toxic: false, narcotic: true));
        await Eventually.Be(() => Register.AuthorityOf(Of(code)) == PrescriberAuthority.Narcotic, "the newest rights are in memory", Soon);
        Register.IsSuspendedPractitioner(code).ShouldBeTrue();
    }

    [Fact]
    public async Task What_another_replica_commits_late_is_not_missed()
    {
        var (early, late) = ($"E{Guid.NewGuid():N}"[..20], $"L{Guid.NewGuid():N}"[..20]);
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await InsertAsync(connection, late);
        await using (var other = await fixture.Database.OpenConnectionAsync())
        {
            await InsertAsync(other, early);
        }

        // Younger than the transaction still open, and read before it commits.
        await Eventually.Be(() => Register.IsSuspendedPractitioner(early), "the younger transaction is in memory", Soon);
        Register.IsSuspendedPractitioner(late).ShouldBeFalse();
        await transaction.CommitAsync();
        await Eventually.Be(() => Register.IsSuspendedPractitioner(late), "the older transaction is in memory", Soon);
    }

    private static async Task InsertAsync(NpgsqlConnection connection, string code)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into prescriptions.practitioners
                (code, institution_code, name, category, may_prescribe_toxic, may_prescribe_narcotic, version, suspended, standing_version)
            values ($1, '', '', '', false, false, 0, true, 2)
            """,
            connection
        )
        {
            Parameters = { new() { Value = code } },
        };
        await command.ExecuteNonQueryAsync();
    }

    private async Task<PushReply> PushAsync(Prescription prescription) =>
        await fixture.Client.PushAsync(new PushRequest { Prescription = prescription }, PrescriptionsFixture.As(1));

    private async Task TellAsync<TEvent>(TEvent e)
        where TEvent : Event
    {
        await using var scope = fixture.Service.Services.CreateAsyncScope();
        await using var work = await fixture.Service.Services.GetRequiredService<EventExchange>().BeginAsync();
        var keep = (IHandle<TEvent>)(object)scope.ServiceProvider.GetRequiredService<KeepRegister>();
        await keep.HandleAsync(e, work, CancellationToken.None);
        await work.CommitAsync();
    }

    private static Prescriber Of(string code, bool toxic = false) => new() { PractitionerCode = code, MayPrescribeToxic = toxic };

    private static PractitionerSuspended Suspended(string code, int version) =>
        new()
        {
            AggregateId = Guid.NewGuid(),
            Version = version,
            OccurredAt = DateTimeOffset.UtcNow,
            Code = code,
            InstitutionCode = "",
            Reason = "检查",
        };

    private static PractitionerReinstated Reinstated(string code, int version) =>
        new()
        {
            AggregateId = Guid.NewGuid(),
            Version = version,
            OccurredAt = DateTimeOffset.UtcNow,
            Code = code,
            InstitutionCode = "",
        };

    private static PractitionerRegistered Registered(string code, int version, bool toxic) =>
        new()
        {
            AggregateId = Guid.NewGuid(),
            Version = version,
            OccurredAt = DateTimeOffset.UtcNow,
            Code = code,
            InstitutionCode = "",
            Name = "某",
            Category = "physician",
            MayPrescribeToxic = toxic,
            MayPrescribeNarcotic = false,
        };

    private static PractitionerChanged Changed(string code, int version, bool toxic, bool narcotic) =>
        new()
        {
            AggregateId = Guid.NewGuid(),
            Version = version,
            OccurredAt = DateTimeOffset.UtcNow,
            Code = code,
            InstitutionCode = "",
            Name = "某",
            Category = "physician",
            MayPrescribeToxic = toxic,
            MayPrescribeNarcotic = narcotic,
            Fields = ["mayPrescribeToxic"],
        };
}
