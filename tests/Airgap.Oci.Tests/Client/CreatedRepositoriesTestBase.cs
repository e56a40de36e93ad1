using System.Collections.Concurrent;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Creating;
using Airgap.Oci.Credentials;
using Airgap.Oci.Naming;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.Oci.Wire;
using Airgap.TestKit.Registries;

namespace Airgap.Oci.Tests.Client;

/// <summary>Clients that create missing repositories, and pushes through them.</summary>
public abstract class CreatedRepositoriesTestBase
{
    private protected const string Ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    private protected const string Other = "registry.corp.example";

    private protected readonly ConcurrentQueue<string> _told = new();

    private protected static CancellationToken None => CancellationToken.None;

    private protected static async Task PushAsync(RegistryClient client, string name)
    {
        IImageRepository repository = client.GetRepository(RepositoryName.Parse(name));
        await repository.PushBlobAsync(new MemoryBlob("{}"u8.ToArray()), null, null, None);
        await repository.PushManifestAsync(Manifest.Parse(Responses.ManifestBytes("one")), "v1", None);
        Assert.IsNotNull(await repository.ResolveAsync("v1", None));
    }

    private protected static Task<string?> MissingAsync(RegistryClient client, string name) =>
        client.GetRepository(RepositoryName.Parse(name)).FindMissingAsync(None);

    private protected RegistryClient Client(
        RegistryFixture registry, Dictionary<string, string> variables, RepositoryCreation? creation,
        (string User, string Password)? login = null)
    {
        RegistryOptions options = new()
        {
            AllowInsecure = true,
            MapEndpoint = (_, port) => ("127.0.0.1", port == 443 ? 9 : registry.Port),
            RetryDelay = TimeSpan.FromMilliseconds(1),
            LoadWait = TimeSpan.Zero,
            Environment = variables,
        };
        return new RegistryClient(
            options,
            CredentialSources.CreateDefault(new CredentialOptions
            {
                UserName = login?.User,
                Password = login?.Password,
                Environment = new Dictionary<string, string>(),
            }),
            creation is null ? null : creation with { Created = _told.Enqueue });
    }
}
