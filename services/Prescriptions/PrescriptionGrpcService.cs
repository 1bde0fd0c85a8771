using System.Security.Claims;
using System.Threading.Channels;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions.Lifecycle;
using TcmBrain.Prescriptions.Push;
using TcmBrain.Prescriptions.Reading;
using TcmBrain.Prescriptions.Watching;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Rpc;

namespace TcmBrain.Prescriptions;

/// <summary>The contract's face: who calls, what for, and the answer; every decision is made elsewhere.</summary>
[Authorize(Roles = Roles.His)]
internal sealed class PrescriptionGrpcService(
    Acceptance acceptance,
    PushDesk desk,
    Reader reader,
    ListRequests lists,
    Cancellation cancellation,
    Amendment amendment,
    Decisions decisions,
    WatchStreams watch
) : PrescriptionService.PrescriptionServiceBase
{
    /// <summary>Pushes of one stream that may be under way; beyond it the client is held by flow control.</summary>
    private const int InFlight = 2048;

    /// <summary>Replies of a stream that may wait in memory for one that takes them along.</summary>
    private const int HeldReplies = 64;

    private static readonly WriteOptions Held = new(WriteFlags.BufferHint);
    private static readonly WriteOptions Sent = new();

    public override Task<PushReply> Push(PushRequest request, ServerCallContext context)
    {
        var caller = CallerOf(context);
        return desk.PushAsync(caller.InstitutionCode(), caller.RegionCode(), request.Prescription, context.CancellationToken);
    }

    public override async Task PushStream(
        IAsyncStreamReader<PushStreamRequest> requests,
        IServerStreamWriter<PushStreamReply> replies,
        ServerCallContext context
    )
    {
        var caller = CallerOf(context);
        var (institution, region) = (caller.InstitutionCode(), caller.RegionCode());
        var answered = Channel.CreateUnbounded<PushStreamReply>(new() { SingleReader = true });
        using var places = new SemaphoreSlim(InFlight);
        var writing = WriteAsync(answered.Reader, replies, places, context);
        var open = 1;
        var allAnswered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            while (await requests.MoveNext(context.CancellationToken))
            {
                await places.WaitAsync(context.CancellationToken);
                Interlocked.Increment(ref open);
                _ = AnswerAsync(requests.Current);
            }
        }
        finally
        {
            // What was taken is answered before the stream ends, also when the client has stopped sending.
            Close();
            await allAnswered.Task;
            answered.Writer.Complete();
        }

        await writing;

        async Task AnswerAsync(PushStreamRequest request)
        {
            var reply = new PushStreamReply { Sequence = request.Sequence };
            try
            {
                MessageText.Check(request).ThrowIfAny();
                reply.Accepted = await desk.PushAsync(institution, region, request.Prescription, CancellationToken.None);
            }
            catch (FaultException refusal)
            {
                reply.Refused = RefusalOf(refusal);
            }
            catch (Exception)
            {
                reply.Refused = RefusalOf(GeneralFaults.Internal.Exception());
            }

            answered.Writer.TryWrite(reply);
            Close();
        }

        void Close()
        {
            if (Interlocked.Decrement(ref open) == 0)
            {
                allAnswered.SetResult();
            }
        }
    }

    private static async Task WriteAsync(
        ChannelReader<PushStreamReply> answered,
        IServerStreamWriter<PushStreamReply> replies,
        SemaphoreSlim places,
        ServerCallContext context
    )
    {
        var held = 0;
        await foreach (var reply in answered.ReadAllAsync(context.CancellationToken))
        {
            // The answers of a batch come together and leave together; the last one never waits for another.
            held = answered.TryPeek(out _) && held < HeldReplies ? held + 1 : 0;
            context.WriteOptions = held > 0 ? Held : Sent;
            await replies.WritePatientlyAsync(reply, context);
            places.Release();
        }
    }

    public override async Task<AuditReply> Audit(AuditRequest request, ServerCallContext context) =>
        new() { Audit = await acceptance.AuditAsync(CallerOf(context).InstitutionCode(), request.Prescription, context.CancellationToken) };

    public override async Task<PrescriptionView> Get(GetRequest request, ServerCallContext context)
    {
        var caller = CallerOf(context);
        var found = request.WhichCase switch
        {
            GetRequest.WhichOneofCase.PrescriptionId when Guid.TryParse(request.PrescriptionId, out var id) => await reader.ByIdAsync(
                caller,
                id,
                context.CancellationToken
            ),
            GetRequest.WhichOneofCase.Key when IsKey(request.Key) => await reader.ByKeyAsync(
                caller,
                request.Key,
                context.CancellationToken
            ),
            GetRequest.WhichOneofCase.None => throw PrescriptionsFaults.Missing.Exception("which"),
            _ => null,
        };
        return found?.View ?? throw PrescriptionsFaults.NotFound.Exception("which");
    }

    public override Task<CancelReply> Cancel(CancelRequest request, ServerCallContext context)
    {
        var caller = CallerOf(context);
        new FaultList()
            .Require(IsKey(request.Key), PrescriptionsFaults.Missing, "key.his_number")
            .Require(request.Reason.Trim().Length is > 0 and <= 512, PrescriptionsFaults.Missing, "reason")
            .ThrowIfAny();
        return cancellation.CancelAsync(
            caller.InstitutionCode(),
            request.Key,
            caller.DisplayName(),
            request.Reason,
            context.CancellationToken
        );
    }

    public override Task<ListReply> List(ListRequest request, ServerCallContext context) =>
        lists.ListAsync(CallerOf(context), request, context.CancellationToken);

    public override Task<AmendReply> Amend(AmendRequest request, ServerCallContext context)
    {
        var caller = CallerOf(context);
        new FaultList()
            .Require(request.Prescription is { HisNumber.Length: > 0 }, PrescriptionsFaults.Missing, "prescription.his_number")
            .Require(request.Reason.Trim().Length is > 0 and <= 512, PrescriptionsFaults.Missing, "reason")
            .ThrowIfAny();
        return amendment.AmendAsync(
            caller.InstitutionCode(),
            caller.RegionCode(),
            request.Prescription,
            caller.DisplayName(),
            request.Reason,
            context.CancellationToken
        );
    }

    public override async Task<AcknowledgeInterceptReply> AcknowledgeIntercept(
        AcknowledgeInterceptRequest request,
        ServerCallContext context
    )
    {
        if (!IsKey(request.Key))
        {
            throw PrescriptionsFaults.Missing.Exception("key.his_number");
        }

        var state = await decisions.SignAgainAsync(
            CallerOf(context).InstitutionCode(),
            request.Key,
            request.PractitionerCode,
            request.Reason,
            context.CancellationToken
        );
        return new AcknowledgeInterceptReply { State = state };
    }

    public override Task Watch(WatchRequest request, IServerStreamWriter<StatusChange> changes, ServerCallContext context) =>
        watch.ServeAsync(CallerOf(context).InstitutionCode(), request.ResumeToken, changes, context);

    /// <summary>A number that could be one; control characters are none, and the database would not take them.</summary>
    private static bool IsKey(PrescriptionKey? key) =>
        key is { HisNumber.Length: > 0 and <= 64, Revision: >= 0 } && !key.HisNumber.Any(char.IsControl);

    private static ClaimsPrincipal CallerOf(ServerCallContext context) => context.GetHttpContext().User;

    private static Refusal RefusalOf(FaultException refusal)
    {
        var told = new Refusal { Status = refusal.GrpcStatus };
        foreach (var fault in refusal.Faults)
        {
            told.Faults.Add(
                new LocatedFault
                {
                    Code = fault.Code,
                    Field = fault.Field,
                    TextZh = fault.Zh,
                    TextEn = fault.En,
                }
            );
        }

        return told;
    }
}
