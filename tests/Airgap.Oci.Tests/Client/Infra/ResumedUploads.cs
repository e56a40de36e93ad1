using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using RequestKind = Airgap.TestKit.Registries.RequestKind;

namespace Airgap.Oci.Tests.Client.Infra;

/// <summary>The base of tests of interrupted uploads: a repository, chunks of 1 MiB, and the received bytes.</summary>
internal static class ResumedUploads
{
    /// <summary>The number of bytes of a chunk.</summary>
    public const int Chunk = 1024 * 1024;

    /// <summary>The repository.</summary>
    public const string Name = "apps/web";

    /// <summary>The repository at a scripted server.</summary>
    public static IImageRepository Repository(RegistryTest test, int chunk = Chunk) =>
        test.Repository(change: options => options with { UploadChunkBytes = chunk });

    /// <summary>The repository at a registry.</summary>
    public static IImageRepository Repository(RegistryClient client, RegistryFixture registry) =>
        client.GetRepository(RepositoryName.Parse($"{registry.Host}/{Name}"));

    /// <summary>A client with chunks of that size.</summary>
    public static RegistryClient CreateClient(int retries = 5, IUploadSessionStore? store = null) => new(
        new RegistryOptions
        {
            RetryCount = retries,
            RetryDelay = TimeSpan.FromMilliseconds(1),
            UploadChunkBytes = Chunk,
            UploadSessions = store,
            ResponseHeaderTimeout = TimeSpan.FromSeconds(60)
        },
        new FakeCredentials(null));

    /// <summary>The first request of a kind fails with a fault.</summary>
    public static void Once(RegistryFixture registry, RequestKind kind, Func<Fault> fault)
    {
        int count = 0;
        registry.OnRequest = (request, _) => request.Kind == kind && Interlocked.Increment(ref count) == 1 ? fault() : null;
    }

    /// <summary>The bytes that arrived with PUT and PATCH.</summary>
    public static long Received(RegistryFixture registry) =>
        registry.Requests.Where(request => request.Kind is RequestKind.UploadPut or RequestKind.UploadPatch)
            .Sum(request => request.RequestBytes);

    /// <summary>Fails unless the registry has the blob.</summary>
    public static async Task AssertThereAsync(RegistryFixture registry, MemoryBlob blob)
    {
        registry.OnRequest = null;
        using RegistryContent content = RegistryContent.At(registry.Host);
        Assert.HasCount((int)blob.Descriptor.Size, await content.BlobAsync(Name, blob.Descriptor.Digest.ToString()));
    }
}
