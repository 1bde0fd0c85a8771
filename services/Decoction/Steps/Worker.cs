namespace TcmBrain.Decoction.Steps;

/// <summary>Who did it: the account, the name shown, and the centre it belongs to.</summary>
internal readonly record struct Worker(string Id, string Name, string CentreCode);
