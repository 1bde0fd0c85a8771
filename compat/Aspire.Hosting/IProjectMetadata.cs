namespace Aspire.Hosting;

/// <summary>Tells where a project lies; the types <c>Projects.X</c> implement it.</summary>
public interface IProjectMetadata
{
    /// <summary>Absolute, with the file name.</summary>
    string ProjectPath { get; }
}

/// <summary>What LocalHost needs beyond Aspire: the built assembly, so that nothing is built at start.</summary>
public interface ILocalProjectMetadata : IProjectMetadata
{
    /// <summary>Absolute, with the file name.</summary>
    string AssemblyPath { get; }
}
