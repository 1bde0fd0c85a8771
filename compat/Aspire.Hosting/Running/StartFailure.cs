namespace Aspire.Hosting.Running;

/// <summary>The application can't be started; the message is for the person at the terminal.</summary>
internal sealed class StartFailure(string message) : Exception(message);
