using System.Text;
using System.Text.RegularExpressions;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;
using RequestKind = Airgap.TestKit.Registries.RequestKind;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>The fixtures' registry and an empty one, for tests that hold the configs of the simple bundle's images.</summary>
internal sealed partial class RegistryPair(RegistryFixture source, RegistryFixture destination) : IAsyncDisposable
{
    // Of the images that simple-app-bundle pins.
    private readonly HashSet<string> _configs = [];

    public RegistryFixture Source => source;

    public RegistryFixture Destination => destination;

    public RepositoryName Name { get; } = RepositoryName.Parse($"{destination.Host}/apps/it");

    public RelocationDestination To => new RelocationDestination.Repository(Name);

    public static async Task<RegistryPair> StartAsync()
    {
        RegistryPair pair = new(await RegistryFixture.StartWithFixturesAsync(), await RegistryFixture.StartEmptyAsync());
        using RegistryContent content = RegistryContent.At(pair.Source.Host);
        foreach ((string repository, string digest) in ((string, string)[])[
            ("apps/frontend", "sha256:92a7a4dbfa6939d8b273071af943214ce0d8e85c44b01484c801a08f05da55cd"),
            ("apps/backend", "sha256:4c6d71a056e11e066e3f65230992d23a68c9a4ea23ac8a1e3fab535e12571090")])
        {
            string json = Encoding.UTF8.GetString((await content.ManifestAsync(repository, digest)).Bytes);
            pair._configs.Add(Config().Match(json).Groups[1].Value);
        }

        pair.Source.Clear();
        return pair;
    }

    public bool IsConfig(RecordedRequest request) => request.Kind == RequestKind.BlobGet && _configs.Contains(request.Reference);

    /// <summary>Bends the requests for the images' configs.</summary>
    public void OnConfig(Func<RecordedRequest, Fault?> bend) =>
        source.OnRequest = (request, _) => IsConfig(request) ? bend(request) : null;

    /// <summary>Ends when the destination has received that many POSTs, and answered all but the last, unless a gate holds them.</summary>
    public Task WhenOpened(int count, Task? gate = null)
    {
        TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int posts = 0;
        destination.OnRequest = (request, _) =>
        {
            if (request.Kind != RequestKind.UploadPost)
                return null;
            if (Interlocked.Increment(ref posts) == count)
                opened.SetResult();
            return gate is null ? null : Fault.Delay(gate);
        };
        return opened.Task.WaitAsync(TimeSpan.FromMinutes(2));
    }

    /// <summary>No upload is open at the destination.</summary>
    public void AssertNothingOpen()
    {
        string root = Path.Combine(destination.Folder, "docker/registry/v2/repositories");
        if (Directory.Exists(root))
        {
            Assert.IsEmpty(Directory.EnumerateDirectories(root, "_uploads", SearchOption.AllDirectories)
                .SelectMany(folder => Directory.EnumerateFileSystemEntries(folder)));
        }
    }

    /// <summary>Pushes a bundle of one image with one layer to the source.</summary>
    public async Task<RelocationSource> PushBundleAsync(int layer)
    {
        using RegistryWriter writer = new(source.Address);
        Pushed image = await writer.PushImageAsync("apps/one", null, new byte[layer]);
        await writer.PushBundleAsync("user1/one", "v1.0.0", $"{Fixtures.Registry}/apps/one@{image.Digest}");
        return new RelocationSource.Bundle(ImageReference.Parse($"{Fixtures.Registry}/user1/one:v1.0.0"));
    }

    public async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        await destination.DisposeAsync();
    }

    [GeneratedRegex("\"config\":\\s*\\{[^}]*\"digest\":\\s*\"([^\"]+)\"")]
    private static partial Regex Config();
}
