using System.Security.Claims;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Quality.Lots;

/// <param name="Tests">first results of tests that have none</param>
internal sealed record ResultsRequest(IReadOnlyList<LotTest>? Tests, string? Laboratory);

/// <param name="ResultId">of the new entry, given by the caller: a repeat is the same entry</param>
internal sealed record AmendRequest(Guid? ResultId, decimal? Value, decimal? Detection, string? Reason, string? Laboratory);

/// <summary>Results reported before the decision, and what is entered beside them: corrections and retests (复检).</summary>
internal sealed class ResultDesk(
    EventExchange exchange,
    LotDecision decision,
    ResultBook book,
    LotLimits limits,
    TestNeeds needs,
    TimeProvider time
)
{
    public async Task ReportAsync(Guid lotId, ResultsRequest request, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var lot = await OpenLotAsync(work, lotId, caller, cancellationToken);
        var laboratory = Laboratory(request.Laboratory);
        var known = await ResultBook.OfAsync(work, lotId, cancellationToken);
        var tests = request.Tests is { Count: > 0 } some ? some : throw QualityFaults.Missing.Exception("tests");
        await book.EnterNewAsync(work, lot, tests, known, laboratory, caller, cancellationToken);
        await work.CommitAsync(cancellationToken);
    }

    /// <summary>A result that was entered wrongly: the right one takes its place, and both stay.</summary>
    public Task CorrectAsync(Guid lotId, Guid of, AmendRequest request, ClaimsPrincipal caller, CancellationToken cancellationToken) =>
        AmendAsync(
            lotId,
            of,
            "correction",
            request,
            Words.Required(request.Reason, "reason", 500),
            (found, known) =>
            {
                if (!LotResults.Effective(known).Values.Contains(found))
                {
                    throw QualityFaults.ResultSuperseded.Exception("resultId");
                }
            },
            caller,
            cancellationToken
        );

    /// <summary>Once, by another person, of a result that does not pass, within its days.</summary>
    public Task RetestAsync(Guid lotId, Guid of, AmendRequest request, ClaimsPrincipal caller, CancellationToken cancellationToken) =>
        AmendAsync(
            lotId,
            of,
            "retest",
            request,
            Words.Required(request.Reason, "reason", 500),
            (found, known) =>
            {
                if (!LotResults.Effective(known).Values.Contains(found))
                {
                    throw QualityFaults.ResultSuperseded.Exception("resultId");
                }

                if (LotResults.RetestUntil(found, known, needs) is not { } until || time.GetUtcNow() > until)
                {
                    throw QualityFaults.NoRetest.Exception("resultId");
                }

                if (known.Any(r => r.Test.Test == found.Test.Test && r.EnteredBy == caller.Subject()))
                {
                    throw QualityFaults.RetestByOther.Exception("resultId");
                }
            },
            caller,
            cancellationToken
        );

    private async Task AmendAsync(
        Guid lotId,
        Guid of,
        string kind,
        AmendRequest request,
        string reason,
        Action<LotResult, IReadOnlyList<LotResult>> require,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var id = request.ResultId is { } given && given != Guid.Empty ? given : throw QualityFaults.Missing.Exception("resultId");
        await using var work = await exchange.BeginAsync(cancellationToken);
        var lot = await OpenLotAsync(work, lotId, caller, cancellationToken);
        var known = await ResultBook.OfAsync(work, lotId, cancellationToken);
        var found = known.FirstOrDefault(r => r.ResultId == of) ?? throw QualityFaults.ResultNotFound.Exception("resultId");
        var test = found.Test with { Value = request.Value, Detection = request.Detection };
        if (known.FirstOrDefault(r => r.ResultId == id) is { } there)
        {
            if (there.Kind == kind && there.OfResult == of && there.Test == test && there.EnteredBy == caller.Subject())
            {
                return;
            }

            throw QualityFaults.ResultSuperseded.Exception("resultId");
        }

        require(found, known);
        var judged = ReleaseRule.Judge(lot.Piece, [test], limits, lot.ProducedOn)[0];
        await book.EnterAsync(work, lotId, id, kind, judged, of, reason, Laboratory(request.Laboratory), caller, cancellationToken);
        await work.CommitAsync(cancellationToken);
    }

    private async Task<Lot> OpenLotAsync(Work work, Guid lotId, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        var lot = await decision.LockAsync(work, lotId, caller, cancellationToken);
        return lot.State is Lot.Waiting or Lot.Released ? lot : throw QualityFaults.AlreadyDecided.Exception("", lot.State);
    }

    private static string Laboratory(string? name) =>
        string.IsNullOrWhiteSpace(name) ? ""
        : name.Length > 100 || name.Any(char.IsControl) ? throw QualityFaults.TooLong.Exception("laboratory", 100)
        : name.Trim();
}
