using TcmBrain.Contracts.Events;

namespace TcmBrain.Exchange.Tests.Support;

internal static class Samples
{
    /// <summary>An event of <c>institutions</c>, heard by prescriptions, pharmacy and cockpit.</summary>
    public static InstitutionRegistered Registered(string code = "good", Guid? aggregate = null, int version = 1) =>
        new()
        {
            AggregateId = aggregate ?? Guid.CreateVersion7(),
            Version = version,
            OccurredAt = DateTimeOffset.UtcNow,
            Code = code,
            NameZh = "杭州市中医院",
            NameEn = "Hangzhou TCM Hospital",
            Kind = "hospital",
            RegionCode = "330106",
        };

    public static InstitutionSuspended Suspended(string reason = "校验过期", Guid? aggregate = null, int version = 2) =>
        new()
        {
            AggregateId = aggregate ?? Guid.CreateVersion7(),
            Version = version,
            OccurredAt = DateTimeOffset.UtcNow,
            Code = "good",
            Reason = reason,
        };
}
