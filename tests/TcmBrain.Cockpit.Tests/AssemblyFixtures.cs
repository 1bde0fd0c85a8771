using TcmBrain.Testing;

[assembly: AssemblyFixture(typeof(Servers))]
[assembly: AssemblyFixture(typeof(TcmBrain.Cockpit.Tests.Browser))]
