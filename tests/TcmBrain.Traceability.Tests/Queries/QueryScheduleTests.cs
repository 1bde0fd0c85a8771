using TcmBrain.Traceability.Subscriptions;

namespace TcmBrain.Traceability.Tests.Queries;

public sealed class QueryScheduleTests
{
    [Theory]
    [InlineData("hour=1;minute=5", "2026-11-22T01:05:00Z", "2026-11-23T01:05:00Z")]
    [InlineData("hour=1;minute=5", "2026-11-22T01:04:59Z", "2026-11-22T01:05:00Z")]
    [InlineData("second=0/30", "2026-11-22T01:05:00Z", "2026-11-22T01:05:30Z")]
    [InlineData("second=[10-12],50", "2026-11-22T01:05:12Z", "2026-11-22T01:05:50Z")]
    [InlineData("dayOfWeek=1", "2026-11-22T01:05:00Z", "2026-11-23T00:00:00Z")]
    [InlineData("dayOfWeek=7;hour=[8-9]", "2026-11-22T09:00:00Z", "2026-11-29T08:00:00Z")]
    [InlineData("dayOfMonth=31", "2026-11-22T00:00:00Z", "2026-12-31T00:00:00Z")]
    [InlineData("month=2", "2026-11-22T00:00:00Z", "2027-02-01T00:00:00Z")]
    [InlineData("month=2;dayOfWeek=1", "2026-11-22T00:00:00Z", "2027-02-01T00:00:00Z")]
    [InlineData("month=2;dayOfMonth=29", "2026-11-22T00:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("month=2;dayOfMonth=30", "2026-11-22T00:00:00Z", null)]
    public void Its_next_time_is(string schedule, string after, string? next) =>
        Parse(schedule)!.Next(DateTimeOffset.Parse(after, null)).ShouldBe(next is null ? null : DateTimeOffset.Parse(next, null));

    [Theory]
    [InlineData("second=60")]
    [InlineData("hour=24")]
    [InlineData("dayOfMonth=0")]
    [InlineData("month=13")]
    [InlineData("dayOfWeek=8")]
    [InlineData("minute=")]
    [InlineData("minute=[5-1]")]
    [InlineData("minute=1/2/3")]
    [InlineData("minute=[1")]
    [InlineData("minute=a")]
    public void It_is_none(string schedule) => Parse(schedule).ShouldBeNull();

    private static QuerySchedule? Parse(string schedule) =>
        QuerySchedule.Parse(schedule.Split(';').Select(s => s.Split('=')).ToDictionary(s => s[0], s => s[1]));
}
