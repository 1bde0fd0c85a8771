using TcmBrain.Testing;

[assembly: AssemblyFixture(typeof(Servers))]
