using System.Collections.Immutable;

namespace TcmBrain.Knowledge;

/// <summary>One fault of a release: file, line (from 1, the header being line 1) and reason.</summary>
public readonly record struct ReleaseFault(string File, int Line, string Reason)
{
    public override string ToString() => $"{File}:{Line}: {Reason}";
}

/// <summary>A knowledge release that contradicts itself is refused whole, with every fault found.</summary>
public sealed class BrokenReleaseException(ImmutableArray<ReleaseFault> faults)
    : Exception($"The knowledge release is broken:\n{string.Join('\n', faults)}")
{
    public ImmutableArray<ReleaseFault> Faults { get; } = faults;
}
