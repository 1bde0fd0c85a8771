using Grpc.Core;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.HisSimulator.His;

namespace TcmBrain.Prescriptions.Tests;

public sealed class PushTests(PrescriptionsFixture fixture) : IClassFixture<PrescriptionsFixture>
{
    [Fact]
    public async Task A_clean_prescription_is_approved_and_its_three_events_are_told()
    {
        var reply = await PushAsync(PrescriptionsFixture.Clean());

        reply.State.ShouldBe(State.Approved);
        (await fixture.CountAsync("exchange.outbox", $"aggregate_id = '{reply.PrescriptionId}'")).ShouldBe(3);
        reply.Audit.Release.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task What_is_told_of_it_names_the_prescriber_and_never_the_patient()
    {
        var prescription = PrescriptionsFixture.Clean();
        var patient = prescription.Patient.Clone();
        prescription.LongCourseReason = "慢性病，" + patient.Name + "行动不便";
        var reply = await PushAsync(prescription);

        await using var told = fixture.Database.CreateCommand(
            $"select payload from exchange.outbox where aggregate_id = '{reply.PrescriptionId}' and type = 'PrescriptionReceived'"
        );
        var payload = (string)(await told.ExecuteScalarAsync())!;

        var received = System.Text.Json.JsonDocument.Parse(payload).RootElement;
        received.GetProperty("prescriberCode").GetString().ShouldBe(prescription.Prescriber.PractitionerCode);
        received.GetProperty("visitKind").GetString().ShouldBe(prescription.Visit.ToString().ToLowerInvariant());
        received.GetProperty("days").GetInt32().ShouldBe((int)Math.Ceiling((double)prescription.Doses / prescription.DosesPerDay));
        received.GetProperty("longCourseExplained").GetBoolean().ShouldBeTrue();
        received.GetProperty("patientPseudonym").GetString()!.Length.ShouldBe(16);
        foreach (var secret in new[] { patient.Name, patient.IdentityNumber, patient.Phone })
        {
            payload.ShouldNotContain(secret);
        }
    }

    [Fact]
    public async Task The_same_content_again_gets_the_same_reply_and_is_stored_once()
    {
        var prescription = PrescriptionsFixture.Clean();

        var first = await PushAsync(prescription);
        var again = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PushAsync(prescription.Clone())));

        again.ShouldAllBe(r => r.Equals(first));
        (await fixture.CountAsync("prescriptions.prescriptions", $"his_number = '{prescription.HisNumber}'")).ShouldBe(1);
        (await fixture.CountAsync("exchange.outbox", $"aggregate_id = '{first.PrescriptionId}'")).ShouldBe(3);
    }

    [Fact]
    public async Task Equal_pushes_racing_each_other_are_stored_once_and_answered_alike()
    {
        var prescription = PrescriptionsFixture.Clean();

        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => PushAsync(prescription.Clone())));

        replies.Select(r => r.PrescriptionId).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Other_content_under_the_same_number_is_refused_with_both_hashes()
    {
        var prescription = PrescriptionsFixture.Clean();
        var first = await PushAsync(prescription);
        var other = prescription.Clone();
        other.Lines[0].MilligramsPerDose += 1_000;

        var refusal = await Should.ThrowAsync<RpcException>(() => PushAsync(other));

        refusal.StatusCode.ShouldBe(StatusCode.AlreadyExists);
        refusal.Trailers.GetValue("tcm-code").ShouldBe("PRX-0201");
        refusal.Status.Detail.ShouldContain(first.ContentSha256);
    }

    [Fact]
    public async Task The_same_number_of_another_hospital_is_another_prescription()
    {
        var prescription = PrescriptionsFixture.Clean();

        var one = await PushAsync(prescription, 1);
        var two = await PushAsync(prescription.Clone(), 2);

        two.PrescriptionId.ShouldNotBe(one.PrescriptionId);
    }

    [Theory]
    [InlineData(Flaw.EighteenIncompatible, State.Intercepted, Severity.DoubleSign)]
    [InlineData(Flaw.NineteenMutualFear, State.Intercepted, Severity.DoubleSign)]
    [InlineData(Flaw.OverDose, State.Intercepted, Severity.DoubleSign)]
    [InlineData(Flaw.Pregnancy, State.Intercepted, Severity.DoubleSign)]
    [InlineData(Flaw.MissingHandling, State.Intercepted, Severity.DoubleSign)]
    [InlineData(Flaw.UnknownName, State.Intercepted, Severity.Resolve)]
    [InlineData(Flaw.BannedPiece, State.Rejected, Severity.Block)]
    [InlineData(Flaw.ToxicOverLimit, State.Rejected, Severity.Block)]
    public async Task The_audit_decides_the_first_state_and_cites_its_source(Flaw flaw, State state, Severity severity)
    {
        var reply = await PushAsync(PrescriptionsFixture.Clean(flaw));

        reply.State.ShouldBe(state);
        reply.Audit.Severity.ShouldBe(severity);
        reply
            .Audit.Findings.Where(f => f.Severity == severity)
            .ShouldAllBe(f => f.Source.Length > 0 && f.TextZh.Length > 0 && f.TextEn.Length > 0);
    }

    public static TheoryData<string, string, Action<Prescription>> Faults =>
        new()
        {
            { "PRX-0101", "his_number", p => p.HisNumber = " " },
            { "PRX-0102", "his_number", p => p.HisNumber = new string('x', 65) },
            { "PRX-0103", "revision", p => p.Revision = 0 },
            { "PRX-0101", "patient", p => p.Patient = null },
            { "PRX-0106", "patient.identity_number", p => p.Patient.IdentityNumber = "11010519491231002x" },
            { "PRX-0107", "patient.birth_date", p => p.Patient.BirthDate = "1990-02-30" },
            { "PRX-0108", "patient.sex", p => p.Patient.Sex = p.Patient.Sex == Sex.Male ? Sex.Female : Sex.Male },
            { "PRX-0109", "disease_code", p => p.DiseaseCode = "A1" },
            { "PRX-0110", "syndrome_code", p => p.SyndromeCode = "B02.2" },
            { "PRX-0105", "lines", p => p.Lines.Clear() },
            {
                "PRX-0105",
                "lines",
                p => p.Lines.Add(Enumerable.Range(0, 101).Select(_ => new Line { Name = "甘草", MilligramsPerDose = 1 }))
            },
            { "PRX-0104", "lines[0].milligrams_per_dose", p => p.Lines[0].MilligramsPerDose = 0 },
            { "PRX-0104", "lines[0].milligrams_per_dose", p => p.Lines[0].MilligramsPerDose = -3 },
            { "PRX-0104", "lines[0].milligrams_per_dose", p => p.Lines[0].MilligramsPerDose = long.MaxValue },
            { "PRX-0115", "lines[0].handling", p => p.Lines[0].Handling = "随便" },
            { "PRX-0103", "doses", p => p.Doses = 100 },
            { "PRX-0111", "delivery.region_code", p => p.Delivery.RegionCode = "33010" },
            { "PRX-0112", "valid_until", p => p.ValidUntil = p.IssuedAt.ToDateTimeOffset().AddDays(4).ToTimestamp() },
            { "PRX-0113", "issued_at", p => p.IssuedAt = DateTimeOffset.UtcNow.AddMinutes(10).ToTimestamp() },
            { "PRX-0101", "issued_at", p => p.IssuedAt = null },
            { "PRX-0114", "usage", p => p.Usage = "遵医嘱" },
            { "PRX-0116", "patient.name", p => p.Patient.Name = "张\u0007三" },
        };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_fault_is_named_and_located_and_leaves_nothing_behind(string code, string field, Action<Prescription> spoil)
    {
        var prescription = PrescriptionsFixture.Clean();
        spoil(prescription);
        var stored = await fixture.CountAsync("prescriptions.prescriptions");

        var refusal = await Should.ThrowAsync<RpcException>(() => PushAsync(prescription));

        refusal.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        refusal.Trailers.GetValue("tcm-code").ShouldBe(code);
        var details = Contracts.Rpc.Status.Parser.ParseFrom(refusal.Trailers.GetValueBytes("grpc-status-details-bin"));
        details
            .Details.Where(d => d.Is(Contracts.Rpc.BadRequest.Descriptor))
            .SelectMany(d => d.Unpack<Contracts.Rpc.BadRequest>().FieldViolations)
            .ShouldContain(v => v.Field == field && v.Reason == code);
        (await fixture.CountAsync("prescriptions.prescriptions")).ShouldBe(stored);
    }

    [Fact]
    public async Task All_faults_of_a_prescription_are_told_at_once()
    {
        var prescription = PrescriptionsFixture.Clean();
        (prescription.HisNumber, prescription.Doses, prescription.Lines[1].MilligramsPerDose) = ("", 0, -1);

        var refusal = await Should.ThrowAsync<RpcException>(() => PushAsync(prescription));

        var details = Contracts.Rpc.Status.Parser.ParseFrom(refusal.Trailers.GetValueBytes("grpc-status-details-bin"));
        details
            .Details.Where(d => d.Is(Contracts.Rpc.BadRequest.Descriptor))
            .SelectMany(d => d.Unpack<Contracts.Rpc.BadRequest>().FieldViolations)
            .Select(v => v.Field)
            .ShouldBe(["his_number", "lines[1].milligrams_per_dose", "doses"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_stream_answers_every_message_under_its_sequence_the_refused_ones_too()
    {
        using var call = fixture.Client.PushStream(PrescriptionsFixture.As(1));
        var good = Enumerable.Range(0, 300).Select(_ => PrescriptionsFixture.Clean()).ToList();
        good.Add(good[7].Clone());
        var answers = new Dictionary<ulong, PushStreamReply>();
        var reading = Task.Run(async () =>
        {
            await foreach (var reply in call.ResponseStream.ReadAllAsync())
            {
                answers.Add(reply.Sequence, reply);
            }
        });
        for (var i = 0; i < good.Count; i++)
        {
            await call.RequestStream.WriteAsync(new PushStreamRequest { Sequence = (ulong)i, Prescription = good[i] });
        }

        await call.RequestStream.WriteAsync(new PushStreamRequest { Sequence = 9000 });
        await call.RequestStream.CompleteAsync();
        await reading.WaitAsync(TimeSpan.FromSeconds(180));

        answers.Count.ShouldBe(302);
        answers[300].Accepted.ShouldBe(answers[7].Accepted);
        answers[9000].Refused.Status.ShouldBe((int)StatusCode.InvalidArgument);
        answers.Values.Count(a => a.Accepted is not null).ShouldBe(301);
    }

    [Fact]
    public async Task The_identity_is_not_in_the_stored_document_and_masked_in_answers()
    {
        var prescription = PrescriptionsFixture.Clean();
        var reply = await PushAsync(prescription.Clone());

        await using var command = fixture.Database.CreateCommand(
            $"select position($1::bytea in document || identity || audit) from prescriptions.prescriptions where id = '{reply.PrescriptionId}'"
        );
        command.Parameters.AddWithValue(System.Text.Encoding.UTF8.GetBytes(prescription.Patient.IdentityNumber));
        (await command.ExecuteScalarAsync()).ShouldBe(0);
        var view = await fixture.Client.GetAsync(new GetRequest { PrescriptionId = reply.PrescriptionId }, PrescriptionsFixture.As(1));
        view.Prescription.Patient.Name.ShouldBe(prescription.Patient.Name[..1] + "**");
        view.Prescription.Patient.IdentityNumber.ShouldNotBe(prescription.Patient.IdentityNumber);
        view.Prescription.Lines.ShouldBe(prescription.Lines);
    }

    [Fact]
    public async Task Not_found_and_not_yours_look_the_same()
    {
        var reply = await PushAsync(PrescriptionsFixture.Clean());

        var notYours = await Should.ThrowAsync<RpcException>(async () =>
            await fixture.Client.GetAsync(new GetRequest { PrescriptionId = reply.PrescriptionId }, PrescriptionsFixture.As(2))
        );
        var notThere = await Should.ThrowAsync<RpcException>(async () =>
            await fixture.Client.GetAsync(new GetRequest { PrescriptionId = Guid.NewGuid().ToString() }, PrescriptionsFixture.As(2))
        );

        notYours.Status.ShouldBe(notThere.Status);
        notYours.StatusCode.ShouldBe(StatusCode.NotFound);
    }

    [Fact]
    public async Task The_audit_alone_stores_nothing()
    {
        var stored = await fixture.CountAsync("prescriptions.prescriptions");

        var reply = await fixture.Client.AuditAsync(
            new AuditRequest { Prescription = PrescriptionsFixture.Clean(Flaw.EighteenIncompatible) },
            PrescriptionsFixture.As(1)
        );

        reply.Audit.Severity.ShouldBe(Severity.DoubleSign);
        (await fixture.CountAsync("prescriptions.prescriptions")).ShouldBe(stored);
    }

    private async Task<PushReply> PushAsync(Prescription prescription, int hospital = 1) =>
        await fixture.Client.PushAsync(new PushRequest { Prescription = prescription }, PrescriptionsFixture.As(hospital));
}

internal static class Instants
{
    public static Google.Protobuf.WellKnownTypes.Timestamp ToTimestamp(this DateTimeOffset t) =>
        Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(t);
}
