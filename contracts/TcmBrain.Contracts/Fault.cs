namespace TcmBrain.Contracts;

/// <summary>One thing that is wrong with a request (差错): a machine code, where it is, and the text in both languages.</summary>
/// <param name="Code">Catalogue code such as <c>PRX-0104</c>; stable for ever.</param>
/// <param name="Field">Path of the offending field, <c>lines[6].milligrams_per_dose</c>; empty when the whole request is meant.</param>
public sealed record Fault(string Code, string Field, string Zh, string En);
