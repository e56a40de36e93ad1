using System.Net;

namespace Airgap.Registry.Tests;

/// <summary>Embedded registries.</summary>
public abstract class RegistryServerTestBase
{
    private protected static Task<RegistryServer> StartAsync(string folder, IPEndPoint listen) =>
        RegistryServer.StartAsync(new RegistryServerOptions { Folder = folder, Listen = listen }, CancellationToken.None);
}
