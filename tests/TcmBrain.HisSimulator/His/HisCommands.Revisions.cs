using System.CommandLine;
using System.Security.Cryptography;
using Google.Protobuf;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Prescriptions;
using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.HisSimulator.His;

/// <summary>Lists, new revisions and signatures.</summary>
internal static partial class HisCommands
{
    private static Command List()
    {
        var states = new Option<string>("--state")
        {
            Description = "Such as intercepted,approved; empty: all",
            DefaultValueFactory = _ => "",
        };
        var number = new Option<string>("--number") { Description = "Only this number, all revisions", DefaultValueFactory = _ => "" };
        var most = new Option<int>("--count") { Description = "How many at most", DefaultValueFactory = _ => 20 };
        var command = new Command("list", "The hospital's own prescriptions, newest first") { states, number, most, Client };
        command.SetAction(
            async (arguments, cancellationToken) =>
            {
                var request = new ListRequest { HisNumber = arguments.GetValue(number)! };
                foreach (
                    var name in arguments
                        .GetValue(states)!
                        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                )
                {
                    request.States.Add(
                        Enum.TryParse<State>(name, ignoreCase: true, out var state)
                            ? state
                            : throw new SimulatorException($"{name} is no state.")
                    );
                }

                using var gateway = Gateway.From(arguments.GetValue(Http), arguments.GetValue(Grpc));
                var (service, headers) = await ServiceAsync(gateway, arguments.GetValue(Client)!, cancellationToken);
                var left = arguments.GetValue(most);
                while (left > 0)
                {
                    request.PageSize = Math.Min(left, 200);
                    var page = await service.ListAsync(request, headers, cancellationToken: cancellationToken);
                    foreach (var item in page.Items)
                    {
                        Console.WriteLine(JsonFormatter.Default.Format(item));
                    }

                    left -= page.Items.Count;
                    request.PageToken = page.NextPageToken;
                    if (page.NextPageToken.Length == 0)
                    {
                        break;
                    }
                }

                return 0;
            }
        );
        return command;
    }

    private static Command Amend()
    {
        var file = new Option<FileInfo>("--file") { Description = "The new revision in the contract's JSON", Required = true };
        var reason = new Option<string>("--reason") { Description = "Why", DefaultValueFactory = _ => "剂量调整" };
        var command = new Command("amend", "Put a new revision in the place of the newest one") { file, reason, Client };
        command.SetAction(
            async (arguments, cancellationToken) =>
            {
                var prescription = ReadPrescription(arguments.GetValue(file)!);
                using var gateway = Gateway.From(arguments.GetValue(Http), arguments.GetValue(Grpc));
                using var journal = new Journal();
                var client = arguments.GetValue(Client)!;
                var (service, headers) = await ServiceAsync(gateway, client, cancellationToken);
                var reply = await service.AmendAsync(
                    new AmendRequest { Prescription = prescription, Reason = arguments.GetValue(reason)! },
                    headers,
                    cancellationToken: cancellationToken
                );
                if (reply.Accepted is { } accepted)
                {
                    journal.Add(DemoRegion.ClientOf(client).InstitutionCode, accepted);
                }

                Console.WriteLine(Messages.Format(reply));
                return 0;
            }
        );
        return command;
    }

    private static Command Sign()
    {
        var file = new Option<FileInfo>("--file") { Description = "A prescription in the contract's JSON", Required = true };
        var key = new Option<FileInfo>("--key") { Description = "The hospital's P-256 private key, PEM", Required = true };
        var command = new Command("sign", "Sign a prescription's canonical form; prints it with its signature, for push --file")
        {
            file,
            key,
        };
        command.SetAction(arguments =>
        {
            var prescription = ReadPrescription(arguments.GetValue(file)!);
            using var ecdsa = ECDsa.Create();
            try
            {
                ecdsa.ImportFromPem(File.ReadAllText(arguments.GetValue(key)!.FullName));
            }
            catch (Exception e) when (e is ArgumentException or CryptographicException or IOException)
            {
                throw new SimulatorException($"{arguments.GetValue(key)!.Name} is not a private key: {e.Message}");
            }

            prescription.Signature = new Signature
            {
                KeyId = Convert.ToHexStringLower(SHA256.HashData(ecdsa.ExportSubjectPublicKeyInfo()))[..32],
                Value = ByteString.CopyFrom(
                    ecdsa.SignData(CanonicalForm.Of(prescription), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)
                ),
            };
            Console.WriteLine(Messages.Format(prescription));
        });
        return command;
    }
}
