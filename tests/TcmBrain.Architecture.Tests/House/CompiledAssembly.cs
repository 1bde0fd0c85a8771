using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace TcmBrain.Architecture.Tests.House;

/// <summary>What a built assembly really uses: the compiler leaves out references that nothing needs.</summary>
internal static class CompiledAssembly
{
    public static IReadOnlyList<string> ReferencesOf(string name)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, name + ".dll"));
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        return
        [
            .. metadata
                .AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))
                .Order(StringComparer.Ordinal),
        ];
    }

    public static Assembly Load(string name) => Assembly.Load(new AssemblyName(name));
}
