using Google.Protobuf.Reflection;

namespace Grpc.Reflection;

/// <summary>Finds files by their name and by the full names of what they define. Immutable.</summary>
public sealed class SymbolRegistry
{
    private readonly Dictionary<string, FileDescriptor> files = [];
    private readonly Dictionary<string, FileDescriptor> symbols = [];

    private SymbolRegistry() { }

    /// <summary>A registry of these files and all that they import.</summary>
    public static SymbolRegistry FromFiles(IEnumerable<FileDescriptor> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var registry = new SymbolRegistry();
        foreach (var file in files)
        {
            registry.Add(file);
        }

        return registry;
    }

    /// <summary>The file of this name, as it stands in imports; null when there is none.</summary>
    public FileDescriptor? FileByName(string filename) => files.GetValueOrDefault(filename);

    /// <summary>The file that defines a service, method, message, field or enum; null when none does.</summary>
    public FileDescriptor? FileContainingSymbol(string symbol) => symbols.GetValueOrDefault(symbol);

    private void Add(FileDescriptor file)
    {
        if (!files.TryAdd(file.Name, file))
        {
            return;
        }

        foreach (var imported in file.Dependencies)
        {
            Add(imported);
        }

        foreach (var service in file.Services)
        {
            symbols[service.FullName] = file;
            foreach (var method in service.Methods)
            {
                symbols[method.FullName] = file;
            }
        }

        AddEnums(file.EnumTypes, file);
        AddMessages(file.MessageTypes, file);
    }

    private void AddMessages(IEnumerable<MessageDescriptor> messages, FileDescriptor file)
    {
        foreach (var message in messages)
        {
            symbols[message.FullName] = file;
            foreach (var field in message.Fields.InDeclarationOrder())
            {
                symbols[field.FullName] = file;
            }

            AddEnums(message.EnumTypes, file);
            AddMessages(message.NestedTypes, file);
        }
    }

    private void AddEnums(IEnumerable<EnumDescriptor> enums, FileDescriptor file)
    {
        foreach (var type in enums)
        {
            symbols[type.FullName] = file;
        }
    }
}
