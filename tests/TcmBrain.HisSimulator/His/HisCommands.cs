using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.HisSimulator.Knowledge;
using TcmBrain.Knowledge;

namespace TcmBrain.HisSimulator.His;

/// <summary>A hospital on the command line, through the public contract only.</summary>
internal static partial class HisCommands
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = false,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonFormatter Messages = new(JsonFormatter.Settings.Default.WithIndentation());
    private static readonly Option<string?> Http = new("--http") { Description = "The gateway's HTTP address" };
    private static readonly Option<string?> Grpc = new("--grpc") { Description = "The gateway's gRPC address" };
    private static readonly Option<string> Client = new("--client")
    {
        Description = "Which demo hospital: his-1 … his-14",
        DefaultValueFactory = _ => "his-1",
    };

    public static Command Create()
    {
        var his = new Command("his", "A hospital's information system on the command line")
        {
            Push(),
            Audit(),
            Get(),
            List(),
            Watch(),
            Cancel(),
            Amend(),
            Sign(),
        };
        foreach (var command in his.Subcommands)
        {
            command.Options.Add(Http);
            command.Options.Add(Grpc);
        }

        return his;
    }

    private static Command Push()
    {
        var count = new Option<int>("--count") { Description = "How many prescriptions", DefaultValueFactory = _ => 1 };
        var rate = new Option<double>("--rate") { Description = "A second, over all hospitals; 0: as fast as answered" };
        var seed = new Option<int?>("--seed") { Description = "The same seed makes the same prescriptions on the same day" };
        var flaws = new Option<int>("--flaw-every")
        {
            Description = "Every so many has something wrong; 0: none",
            DefaultValueFactory = _ => 10,
        };
        var unary = new Option<bool>("--unary") { Description = "One call a prescription in place of streams" };
        var file = new Option<FileInfo?>("--file") { Description = "Push one prescription from a JSON file of the contract" };
        var one = new Option<string?>("--client") { Description = "With --file: which demo hospital pushes it (his-1)" };
        var json = new Option<bool>("--json") { Description = "One JSON object" };
        var command = new Command("push", "Push prescriptions made from the classic formulas")
        {
            count,
            rate,
            seed,
            flaws,
            unary,
            file,
            one,
            json,
        };
        command.SetAction(
            async (arguments, cancellationToken) =>
            {
                if (arguments.GetValue(count) is < 1 or > 1_000_000 || arguments.GetValue(rate) < 0 || arguments.GetValue(flaws) < 0)
                {
                    throw new SimulatorException("--count is 1 to 1000000, --rate and --flaw-every are not negative.");
                }

                using var gateway = Gateway.From(arguments.GetValue(Http), arguments.GetValue(Grpc));
                using var journal = new Journal();
                if (arguments.GetValue(file) is { } document)
                {
                    return await PushFileAsync(gateway, journal, arguments.GetValue(one) ?? "his-1", document, cancellationToken);
                }

                var issued = RegionTime.StartOf(RegionTime.DayOf(DateTimeOffset.UtcNow));
                var factory = new PrescriptionFactory(Catalogue.Default, arguments.GetValue(seed) ?? NewSeed(), issued);
                var prescriptions = Enumerable
                    .Range(0, arguments.GetValue(count))
                    .Select(i => factory.Make(i, arguments.GetValue(flaws)))
                    .ToList();
                var run = new PushRun(gateway, journal);
                var report = await run.RunAsync(
                    prescriptions,
                    arguments.GetValue(rate),
                    arguments.GetValue(unary),
                    answered: null,
                    cancellationToken
                );
                Console.WriteLine(arguments.GetValue(json) ? JsonSerializer.Serialize(report, Json) : Describe(report));
                return report.Failed == 0 ? 0 : 1;
            }
        );
        return command;
    }

    public static int NewSeed() => (int)(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() % 1_000_000_000);

    private static async Task<int> PushFileAsync(
        Gateway gateway,
        Journal journal,
        string client,
        FileInfo file,
        CancellationToken cancellationToken
    )
    {
        var prescription = ReadPrescription(file);
        var (service, headers) = await ServiceAsync(gateway, client, cancellationToken);
        var reply = await service.PushAsync(new PushRequest { Prescription = prescription }, headers, cancellationToken: cancellationToken);
        journal.Add(DemoRegion.ClientOf(client).InstitutionCode, reply);
        Console.WriteLine(Messages.Format(reply));
        return 0;
    }

    private static Prescription ReadPrescription(FileInfo file)
    {
        try
        {
            return Prescription.Parser.ParseJson(File.ReadAllText(file.FullName));
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException or IOException)
        {
            throw new SimulatorException($"{file.Name} is not a prescription: {e.Message}");
        }
    }

    private static string Describe(PushReport report) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {report.Count} pushed: {report.Accepted} accepted, {report.Refused} refused, {report.Failed} failed in {report.Seconds:0.0} s ({report.PerSecond:0}/s)
            accepted as: {Join(report.States)}
            refused as:  {Join(report.Refusals)}
            answer after {report.P50Milliseconds} ms (median), {report.P99Milliseconds} ms (99 of 100); {report.Retries} retries
            """
        );

    private static string Join(IReadOnlyDictionary<string, int> counts) =>
        counts.Count == 0 ? "none" : string.Join(", ", counts.Select(c => $"{c.Key} {c.Value}"));

    private static Command Audit()
    {
        var file = new Option<FileInfo?>("--file") { Description = "A prescription in the contract's JSON" };
        var formula = new Option<string?>("--formula") { Description = "A classic formula of the catalogue, with its classic doses" };
        var replay = new Option<int?>("--replay")
        {
            Description = "Audit the prescriptions of so many days again and print what would change",
        };
        var release = new Option<long>("--release")
        {
            Description = "With --replay: number of the release to try; 0: the one that answers",
        };
        var command = new Command("audit", "Audit a prescription without storing it, or history under another release")
        {
            file,
            formula,
            replay,
            release,
            Client,
        };
        command.SetAction(
            async (arguments, cancellationToken) =>
            {
                using var gateway = Gateway.From(arguments.GetValue(Http), arguments.GetValue(Grpc));
                if (arguments.GetValue(replay) is { } days)
                {
                    return await ReplayCommand.RunAsync(gateway, arguments.GetValue(release), days, Console.Out, cancellationToken);
                }

                var prescription = arguments.GetValue(file) is { } document
                    ? ReadPrescription(document)
                    : ClassicFormula(arguments.GetValue(formula) ?? throw new SimulatorException("Name a --file or a --formula."));
                var (service, headers) = await ServiceAsync(gateway, arguments.GetValue(Client)!, cancellationToken);
                var reply = await service.AuditAsync(
                    new AuditRequest { Prescription = prescription },
                    headers,
                    cancellationToken: cancellationToken
                );
                Console.WriteLine(Messages.Format(reply));
                return 0;
            }
        );
        return command;
    }

    private static Prescription ClassicFormula(string name)
    {
        var catalogue = Catalogue.Default;
        var formula = catalogue.FindFormula(name) ?? throw new SimulatorException($"The catalogue has no formula {name}.");
        var factory = new PrescriptionFactory(catalogue, 1, DateTimeOffset.UtcNow.AddMinutes(-5));
        var prescription = factory.Make(0, 0).Prescription;
        (prescription.SyndromeCode, prescription.SyndromeName) = (formula.SyndromeCode, formula.SyndromeName);
        prescription.Lines.Clear();
        foreach (var ingredient in formula.Composition)
        {
            prescription.Lines.Add(
                new Line
                {
                    Name = catalogue[ingredient.Herb].Name,
                    MilligramsPerDose = ingredient.Milligrams,
                    Handling = ingredient.Handling == Handling.None ? "" : HandlingText.Format(ingredient.Handling),
                }
            );
        }

        return prescription;
    }

    private static Command Get()
    {
        var number = new Argument<string>("his-number") { Description = "The hospital's own prescription number" };
        var command = new Command("get", "One of the hospital's own prescriptions with its history") { number, Client };
        command.SetAction(
            async (arguments, cancellationToken) =>
            {
                using var gateway = Gateway.From(arguments.GetValue(Http), arguments.GetValue(Grpc));
                var (service, headers) = await ServiceAsync(gateway, arguments.GetValue(Client)!, cancellationToken);
                var view = await service.GetAsync(
                    new GetRequest { Key = new PrescriptionKey { HisNumber = arguments.GetValue(number)! } },
                    headers,
                    cancellationToken: cancellationToken
                );
                Console.WriteLine(Messages.Format(view));
                return 0;
            }
        );
        return command;
    }

    private static Command Watch()
    {
        var token = new Option<string>("--from") { Description = "Resume token; 0: from the beginning", DefaultValueFactory = _ => "" };
        var most = new Option<int>("--count") { Description = "Stop after so many; 0: never" };
        var command = new Command("watch", "Follow the hospital's status changes") { token, most, Client };
        command.SetAction(
            async (arguments, cancellationToken) =>
            {
                using var gateway = Gateway.From(arguments.GetValue(Http), arguments.GetValue(Grpc));
                var (service, headers) = await ServiceAsync(gateway, arguments.GetValue(Client)!, cancellationToken);
                using var call = service.Watch(
                    new WatchRequest { ResumeToken = arguments.GetValue(token)! },
                    headers,
                    cancellationToken: cancellationToken
                );
                var seen = 0;
                await foreach (var change in call.ResponseStream.ReadAllAsync(cancellationToken))
                {
                    Console.WriteLine(JsonFormatter.Default.Format(change));
                    if (++seen == arguments.GetValue(most))
                    {
                        break;
                    }
                }

                return 0;
            }
        );
        return command;
    }

    private static Command Cancel()
    {
        var number = new Argument<string>("his-number") { Description = "The hospital's own prescription number" };
        var reason = new Option<string>("--reason") { Description = "Why", DefaultValueFactory = _ => "患者要求" };
        var command = new Command("cancel", "Withdraw a prescription before dispensing begins") { number, reason, Client };
        command.SetAction(
            async (arguments, cancellationToken) =>
            {
                using var gateway = Gateway.From(arguments.GetValue(Http), arguments.GetValue(Grpc));
                var (service, headers) = await ServiceAsync(gateway, arguments.GetValue(Client)!, cancellationToken);
                var reply = await service.CancelAsync(
                    new CancelRequest
                    {
                        Key = new PrescriptionKey { HisNumber = arguments.GetValue(number)! },
                        Reason = arguments.GetValue(reason)!,
                    },
                    headers,
                    cancellationToken: cancellationToken
                );
                Console.WriteLine(Messages.Format(reply));
                return 0;
            }
        );
        return command;
    }

    private static async Task<(PrescriptionService.PrescriptionServiceClient, Metadata)> ServiceAsync(
        Gateway gateway,
        string client,
        CancellationToken cancellationToken
    )
    {
        var known =
            DemoRegion.Clients.FirstOrDefault(c => c.Id == client) ?? throw new SimulatorException($"There is no demo client {client}.");
        var headers = await gateway.HeadersAsync(client, known.Secret, cancellationToken);
        return (new PrescriptionService.PrescriptionServiceClient(gateway.Channel()), headers);
    }
}
