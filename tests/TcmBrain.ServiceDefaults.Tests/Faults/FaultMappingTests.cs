using Npgsql;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.ServiceDefaults.Tests.Faults;

public sealed class FaultMappingTests
{
    /// <summary>What may be sent again says so; what is a mistake of ours does not.</summary>
    [Theory]
    [InlineData("40001", "GEN-0506", 503)]
    [InlineData("40P01", "GEN-0506", 503)]
    [InlineData("55P03", "GEN-0506", 503)]
    [InlineData("53100", "GEN-0503", 503)]
    [InlineData("57P01", "GEN-0503", 503)]
    [InlineData("23505", "GEN-0500", 500)]
    [InlineData("42P01", "GEN-0500", 500)]
    public void A_database_s_refusal_is_told_by_what_the_caller_can_do(string state, string code, int status)
    {
        var fault = FaultMapping.From(new PostgresException("", "", "", state));

        (fault.Code, fault.HttpStatus).ShouldBe((code, status));
        (fault.RetryAfter is not null).ShouldBe(status == 503);
    }

    [Theory]
    [InlineData("Npgsql", "GEN-0503")]
    [InlineData("TcmBrain.Pharmacy", "GEN-0500")]
    public void A_bare_time_out_is_the_database_s_only_when_its_driver_says_so(string source, string code) =>
        FaultMapping.From(new TimeoutException { Source = source }).Code.ShouldBe(code);
}
