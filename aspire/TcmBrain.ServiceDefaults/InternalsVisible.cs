using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("TcmBrain.ServiceDefaults.Tests")]
