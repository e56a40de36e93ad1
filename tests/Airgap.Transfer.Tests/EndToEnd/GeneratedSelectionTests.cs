using System.Text.RegularExpressions;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>
/// Selections of a package repository of 100 packages in five versions for four platforms, compared with a checker of closures that shares
/// no code with the product. <c>AIRGAP_SELECTIONS</c> sets their number (default 3), <c>AIRGAP_SELECTION_SEED</c> replays one.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed partial class GeneratedSelectionTests : WireTestBase
{
    private const int Packages = 100;
    private const int Versions = 5;
    private const string Bundle = "vendor/repository";

    private static readonly FakeRegistry s_source = new();
    private static string s_root = null!;

    [ClassInitialize]
    public static async Task GenerateAsync(TestContext context)
    {
        await GeneratedRepository.CreateAsync(s_source, Packages, Versions);
        s_root = s_source.Get(GeneratedRepository.Bundle).Tags["v1"].ToString();
    }

    // One after the other: the requests to the source are counted.
    [TestMethod]
    public async Task ASelection_IsComplete_AndNothingElseIsRequested()
    {
        await using DockerRegistry docker = await DockerRegistry.StartAsync();
        await using RegistryFixture taking = await RegistryFixture.StartAsync(new RegistryFixtureOptions { SparseIndexes = true });
        using RegistryClient client = Client(taking);
        foreach (int seed in Seeds())
        {
            await CheckAsync(seed, client, docker.Host, sparse: false);
            await CheckAsync(seed, client, taking.Host, sparse: true);
        }
    }

    private static int[] Seeds() => Environment.GetEnvironmentVariable("AIRGAP_SELECTION_SEED") is { Length: > 0 } one ? [int.Parse(one)]
        : [.. Enumerable.Range(1, int.Parse(Environment.GetEnvironmentVariable("AIRGAP_SELECTIONS") ?? "3"))];

    private async Task CheckAsync(int seed, RegistryClient client, string host, bool sparse)
    {
        (string text, Func<string, string, bool> takes, string[]? platforms) = Choose(new Random(seed));
        string told = $"AIRGAP_SELECTION_SEED={seed}: {text} for {(platforms is null ? "all" : string.Join(';', platforms))}";
        ClosureChecker expected = new(SourceManifestAsync, SourceBlobAsync, home: null);
        await expected.WalkAsync(Bundle, s_root, takes, platforms);

        s_source.Calls.Clear();
        BundleSelection selection = new()
        {
            Packages = [.. PackageChoice.ParseAll(text)],
            Platforms = [.. (platforms ?? []).Select(PlatformChoice.Parse)],
            Sparse = sparse && platforms is not null,
        };
        using Deriver deriver = new(s_source, selection, null, 4);
        using Derivation derivation = await deriver.DeriveAsync(ImageReference.Parse($"{GeneratedRepository.Bundle}:v1"), "v1", Token);
        TransferPlan plan = await new Relocator(derivation.Over(s_source))
            .PlanAsync(derivation.Source, derivation.Planning(new PlanOptions()), Token);
        // The manifests of the selection and of everything that it needs, each once, and no others.
        string[] asked = [.. s_source.Calls.Where(call => call.StartsWith("get-manifest ", StringComparison.Ordinal))
            .Select(call => DigestText().Match(call)).Where(match => match.Success).Select(match => match.Value)];
        string[] foreign = [.. s_source.Calls.Where(call => call.StartsWith("get-manifest ", StringComparison.Ordinal)
            && DigestText().Match(call) is { Success: true } digest && !expected.Manifests.Contains(digest.Value))];
        Assert.IsEmpty(foreign, $"{told}: of {asked.Length} requests {foreign.Length} are for nothing that is chosen, such as " +
            $"{string.Join(", ", foreign.Take(3))}; {expected.Manifests.Count} are needed");
        Assert.IsLessThanOrEqualTo(expected.Manifests.Count * 2, asked.Length, told);

        string repository = $"apps/seed{seed}";
        await new Relocator(client).RunAsync(plan, Repository(host, repository), new TransferOptions(), Token);
        using RegistryContent content = RegistryContent.At(host);
        ClosureChecker actual = new(
            async (at, digest) => (await content.ManifestAsync(at, digest)).Bytes, content.BlobAsync, home: repository);
        string root = (await content.ManifestAsync(repository, "v1")).Digest;
        await actual.WalkAsync(repository, root, takes: null, sparse ? platforms : null);
        CollectionAssert.AreEquivalent(expected.Layers.ToArray(), actual.Layers.ToArray(), told);
        CollectionAssert.AreEquivalent(expected.Packages.ToArray(), actual.Packages.ToArray(), told);
        CollectionAssert.AreEquivalent(expected.Ids, actual.Ids, told);
        CollectionAssert.AreEquivalent(
            expected.Packages.Select(package => package.Split(' ')[0]).Distinct().ToArray(), actual.Metadata.ToArray(), told);
        foreach (string layer in actual.Layers)
            Assert.IsTrue(await content.HasBlobAsync(repository, layer), told);
        foreach (string left in actual.LeftOut)
            Assert.IsFalse(await content.HasManifestAsync(repository, left), told);
        // Nothing else has a tag.
        foreach (string tag in await content.TagsAsync(repository))
        {
            string digest = (await content.ManifestAsync(repository, tag)).Digest;
            Assert.IsTrue(actual.Manifests.Contains(digest) || tag.Contains("locations", StringComparison.Ordinal)
                || (await content.TagsAsync(repository)).Any(other => other.Contains("image-locations", StringComparison.Ordinal)
                    && tag == $"{digest.Replace(':', '-')}.imgpkg"), $"{told}: {tag}");
        }
    }

    // A selection as text, and its content, written out independently of the code that reads selections.
    private static (string Text, Func<string, string, bool> Takes, string[]? Platforms) Choose(Random random)
    {
        Dictionary<string, HashSet<string>> chosen = [];
        List<string> texts = [];
        for (int i = random.Next(3, 9); i > 0; i--)
        {
            int package = random.Next(Packages);
            string name = $"p{package}.{(package % 2 == 0 ? "example" : "internal.example")}.com";
            if (chosen.ContainsKey(name))
                continue;
            int low = random.Next(0, 3);
            int high = random.Next(low + 1, 5);
            (string range, IEnumerable<int> minors) = random.Next(5) switch
            {
                0 => ($"@=1.{low}.0", [low]),
                1 => ($"@latest:{high}", Enumerable.Range(4 - high, high)),
                2 => ($"@>=1.{low}.0 <1.{high}.0", Enumerable.Range(low, high - low)),
                3 => ("@=1.4.0-rc.1", [4]),
                _ => ("", Enumerable.Range(0, 4)),
            };
            texts.Add(name + range);
            chosen.Add(name, [.. minors.Select(minor => minor == 4 ? "1.4.0-rc.1" : $"1.{minor}.0")]);
        }

        string[] platforms = [.. GeneratedRepository.Platforms.Where(_ => random.Next(2) == 0)];
        return (string.Join("; ", texts), (name, version) => chosen.TryGetValue(name, out HashSet<string>? versions)
            && versions.Contains(version), platforms.Length == 0 ? null : platforms);
    }

    private static Task<byte[]> SourceManifestAsync(string repository, string digest) =>
        Task.FromResult(s_source.Get($"{GeneratedRepository.Registry}/{repository}").BytesOf(Digest.Parse(digest)));

    private static Task<byte[]> SourceBlobAsync(string repository, string digest) => Task.FromResult(
        s_source.Get($"{GeneratedRepository.Registry}/{repository}").BytesOf(Digest.Parse(digest)));

    [GeneratedRegex("sha256:[0-9a-f]{64}")]
    private static partial Regex DigestText();
}
