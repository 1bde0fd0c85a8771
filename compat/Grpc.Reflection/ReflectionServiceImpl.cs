using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;

namespace Grpc.Reflection;

/// <summary>Tells clients which services there are and what their messages look like.</summary>
public class ReflectionServiceImpl : ServerReflection.ServerReflectionBase
{
    private readonly string[] services;
    private readonly SymbolRegistry symbols;

    /// <summary>Tells of these services, and finds symbols in this registry.</summary>
    public ReflectionServiceImpl(IEnumerable<string> services, SymbolRegistry symbolRegistry)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(symbolRegistry);
        this.services = [.. services.Order(StringComparer.Ordinal)];
        symbols = symbolRegistry;
    }

    /// <summary>Tells of these services.</summary>
    public ReflectionServiceImpl(IEnumerable<ServiceDescriptor> serviceDescriptors)
        : this(
            serviceDescriptors.Select(service => service.FullName),
            SymbolRegistry.FromFiles(serviceDescriptors.Select(service => service.File))
        ) { }

    /// <inheritdoc cref="ReflectionServiceImpl(IEnumerable{ServiceDescriptor})"/>
    public ReflectionServiceImpl(params ServiceDescriptor[] serviceDescriptors)
        : this((IEnumerable<ServiceDescriptor>)serviceDescriptors) { }

    /// <inheritdoc/>
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream,
        IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context
    )
    {
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            await responseStream.WriteAsync(Answer(requestStream.Current));
        }
    }

    private ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        var response = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                response.ListServicesResponse = new ListServiceResponse
                {
                    Service = { services.Select(name => new ServiceResponse { Name = name }) },
                };
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename:
                Describe(response, symbols.FileByName(request.FileByFilename), request.FileByFilename);
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol:
                Describe(response, symbols.FileContainingSymbol(request.FileContainingSymbol), request.FileContainingSymbol);
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.None:
                Refuse(response, StatusCode.InvalidArgument, "The request asks for nothing.");
                break;
            default:
                Refuse(response, StatusCode.Unimplemented, $"{request.MessageRequestCase} is not answered here.");
                break;
        }

        return response;
    }

    private static void Describe(ServerReflectionResponse response, FileDescriptor? file, string asked)
    {
        if (file is null)
        {
            Refuse(response, StatusCode.NotFound, $"'{asked}' is not known here.");
            return;
        }

        response.FileDescriptorResponse = new FileDescriptorResponse
        {
            FileDescriptorProto = { WithImports(file).Select(each => each.SerializedData) },
        };
    }

    /// <summary>The file asked for first; then what it imports, so that a client need not ask again.</summary>
    private static IEnumerable<FileDescriptor> WithImports(FileDescriptor file)
    {
        var seen = new HashSet<string> { file.Name };
        var waiting = new Queue<FileDescriptor>([file]);
        while (waiting.TryDequeue(out var next))
        {
            yield return next;
            foreach (var imported in next.Dependencies.Where(imported => seen.Add(imported.Name)))
            {
                waiting.Enqueue(imported);
            }
        }
    }

    private static void Refuse(ServerReflectionResponse response, StatusCode code, string message) =>
        response.ErrorResponse = new ErrorResponse { ErrorCode = (int)code, ErrorMessage = message };
}
