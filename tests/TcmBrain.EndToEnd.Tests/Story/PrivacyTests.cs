using System.Buffers;
using System.Text;
using TcmBrain.Contracts;

namespace TcmBrain.EndToEnd.Tests.Story;

/// <summary>Who the patient is stands encrypted in prescriptions, and nowhere else.</summary>
public sealed class PrivacyTests(Region region)
{
    [Fact]
    public async Task No_log_no_event_and_no_trace_tells_who_a_patient_is()
    {
        (await region.DemoAsync()).ExitCode.ShouldBe(0);
        var secrets = Region
            .DemoPrescriptions(flawEvery: 7)
            .SelectMany(p =>
                (string[])
                    [
                        p.Prescription.Patient.IdentityNumber,
                        p.Prescription.Patient.Name,
                        p.Prescription.Patient.Phone,
                        p.Prescription.Delivery.Address,
                    ]
            )
            .Distinct()
            // Two letters of a name may stand in any text.
            .Where(s => s.Length > 2)
            .ToList();
        secrets.Count.ShouldBeGreaterThan(3 * Region.DemoCount);

        // What is told in JSON may be escaped.
        var wanted = SearchValues.Create([.. secrets, .. secrets.Select(Escaped)], StringComparison.OrdinalIgnoreCase);

        var searched = 0;
        foreach (var file in region.Platform.LogFiles())
        {
            using var reader = new StreamReader(
                new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)
            );
            Search(await reader.ReadToEndAsync(), Path.GetFileName(file));
            searched++;
        }

        searched.ShouldBeGreaterThan(10, "there are logs");
        foreach (var service in Topology.Services.Select(s => s.Name))
        {
            await using var command = region.Platform.Database(service).CreateCommand("select payload from exchange.outbox");
            await using var reader = await command.ExecuteReaderAsync();
            var payloads = new StringBuilder();
            while (await reader.ReadAsync())
            {
                payloads.AppendLine(reader.GetString(0));
            }

            if (service == "prescriptions")
            {
                payloads.Length.ShouldBeGreaterThan(10_000);
            }

            Search(payloads.ToString(), $"the outbox of {service}");
        }

        region.Collector.Bodies.ShouldNotBeEmpty();
        foreach (var (signal, body) in region.Collector.Bodies)
        {
            Search(Encoding.UTF8.GetString(body), signal);
        }

        void Search(string text, string where)
        {
            var at = text.AsSpan().IndexOfAny(wanted);
            (at < 0 ? "" : text[at..Math.Min(text.Length, at + 20)]).ShouldBeEmpty(where);
        }
    }

    [Fact]
    public async Task In_the_database_it_is_ciphertext()
    {
        (await region.DemoAsync()).ExitCode.ShouldBe(0);
        var known = Region.DemoPrescriptions(flawEvery: 7).ToDictionary(p => p.Prescription.HisNumber, p => p.Prescription);
        await using var command = region
            .Platform.Database("prescriptions")
            .CreateCommand("select his_number, p::text from prescriptions.prescriptions p");
        await using var reader = await command.ExecuteReaderAsync();
        var seen = 0;
        while (await reader.ReadAsync())
        {
            if (known.TryGetValue(reader.GetString(0), out var prescription))
            {
                seen++;
                var row = reader.GetString(1);
                foreach (
                    var secret in (string[])
                        [
                            prescription.Patient.IdentityNumber,
                            prescription.Patient.Name,
                            prescription.Patient.Phone,
                            prescription.Delivery.Address,
                        ]
                )
                {
                    row.ShouldNotContain(secret);
                    // bytea is shown in hexadecimal.
                    row.ShouldNotContain(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(secret)));
                }
            }
        }

        seen.ShouldBeGreaterThan(Region.DemoCount / 2);
    }

    private static string Escaped(string text) => string.Concat(text.Select(c => c < 128 ? $"{c}" : $"\\u{(int)c:x4}"));
}
