using TcmBrain.Contracts;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Cockpit.Indicators.Language;

/// <summary>Why a text is not an expression, and where: the only exception that reading one throws.</summary>
/// <param name="Position">of the character at which it went wrong, from 1</param>
public sealed class ExpressionFault(int position, FaultDefinition definition, params object[] arguments)
    : Exception($"{definition.Code} at {position}")
{
    public int Position => position;

    public FaultDefinition Definition => definition;

    public object[] Arguments => [position, .. arguments];

    /// <summary>The fault at the field that held the text.</summary>
    public Fault At(string field) => definition.At(field, Arguments);
}
