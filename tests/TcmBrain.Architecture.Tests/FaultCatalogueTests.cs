using System.Reflection;
using System.Text.RegularExpressions;
using TcmBrain.Architecture.Tests.House;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.Testing;

namespace TcmBrain.Architecture.Tests;

/// <summary>A code means one thing, for ever and everywhere.</summary>
public sealed partial class FaultCatalogueTests
{
    private static readonly Dictionary<string, string> Prefixes = new()
    {
        ["Institutions"] = "INS",
        ["Prescriptions"] = "PRX",
        ["Pharmacy"] = "PHA",
        ["Decoction"] = "DEC",
        ["Quality"] = "QUA",
        ["Traceability"] = "TRC",
        ["Cockpit"] = "COC",
    };

    public static TheoryData<string> ServiceNames => [.. Repository.Services.Select(service => service.ShortName)];

    [Theory]
    [MemberData(nameof(ServiceNames))]
    public void A_service_has_one_catalogue_under_its_prefix_and_its_document(string service)
    {
        var catalogues = CataloguesIn("TcmBrain." + service);
        var catalogue = catalogues.ShouldHaveSingleItem();
        catalogue.Name.ShouldBe(service + "Faults");
        // The vendors' catalogue says of every code whether the same call may be repeated.
        FaultCatalogue.Check(catalogue, service.ToLowerInvariant(), Prefixes[service], withRetry: service == "Prescriptions");
    }

    [Fact]
    public void No_code_is_given_twice_and_every_text_is_there_in_both_languages()
    {
        var all = Repository
            .Services.SelectMany(service => CataloguesIn(service.Name))
            .Append(typeof(GeneralFaults))
            .SelectMany(FaultCatalogue.Of)
            .ToList();
        all.GroupBy(fault => fault.Code).Where(group => group.Count() > 1).Select(group => group.Key).ShouldBeEmpty();
        all.Where(fault => !Code().IsMatch(fault.Code)).Select(fault => fault.Code).ShouldBeEmpty();
        all.Where(fault => !Chinese().IsMatch(fault.Zh)).Select(fault => fault.Code).ShouldBeEmpty();
        all.Where(fault => !English().IsMatch(fault.En)).Select(fault => fault.Code).ShouldBeEmpty();
        all.Where(fault => fault.HttpStatus is < 400 or > 599).Select(fault => fault.Code).ShouldBeEmpty();
    }

    [Fact]
    public void Every_text_can_be_filled()
    {
        object[] values = [.. Enumerable.Range(0, 10).Select(i => (object)i)];
        foreach (
            var fault in Repository
                .Services.SelectMany(service => CataloguesIn(service.Name))
                .Append(typeof(GeneralFaults))
                .SelectMany(FaultCatalogue.Of)
        )
        {
            Should.NotThrow(() => fault.At("", values), fault.Code);
        }
    }

    private static List<Type> CataloguesIn(string assembly) =>
        [
            .. CompiledAssembly
                .Load(assembly)
                .GetTypes()
                .Where(type =>
                    type.GetFields(BindingFlags.Public | BindingFlags.Static).Any(field => field.FieldType == typeof(FaultDefinition))
                ),
        ];

    [GeneratedRegex(@"^[A-Z]{3}-\d{4}$")]
    private static partial Regex Code();

    [GeneratedRegex(@"\p{IsCJKUnifiedIdeographs}")]
    private static partial Regex Chinese();

    [GeneratedRegex("[a-z]{2}")]
    private static partial Regex English();
}
