using Airgap.TestKit.Registries;

namespace Airgap.TestKit;

/// <summary>The base of tests of signing: a registry with a bundle, and the fixtures' keys.</summary>
public abstract class SigningTestBase
{
    /// <summary>A registry for this test, with a copy of the fixtures.</summary>
    protected RegistryFixture Source { get; private set; } = null!;

    /// <summary>A relocated bundle in it.</summary>
    protected string Bundle => $"{Source.Host}/mirror/simple-app-bundle:v1.0.0";

    /// <summary>Starts the registry.</summary>
    [TestInitialize]
    public async Task StartSourceAsync() => Source = await RegistryFixture.StartWithFixturesAsync();

    /// <summary>Ends the registry.</summary>
    [TestCleanup]
    public async Task StopSourceAsync() => await Source.DisposeAsync();

    /// <summary>A private key of the fixtures.</summary>
    protected static string Private(string name) => Path.Combine(Fixtures.Root, "trust", "keys", $"{name}.pem");
}
