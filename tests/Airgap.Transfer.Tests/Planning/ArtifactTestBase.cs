using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Tests.Planning;

/// <summary>The base of tests of attached artifacts: the fixtures' registry with further artifacts.</summary>
public abstract class ArtifactTestBase : RelocatorTestBase
{
    /// <summary>The referrer of apps/frontend in the fixtures.</summary>
    protected static readonly Digest Sbom = Digest.Parse("sha256:78f6d4210d90623f2b121273592bb062f11056f4017907ea5d76b15e6945cbc8");

    protected static readonly Digest Frontend = Digest.Parse("sha256:92a7a4dbfa6939d8b273071af943214ce0d8e85c44b01484c801a08f05da55cd");

    protected static PlanOptions WithArtifacts { get; } = new() { Artifacts = true };

    protected static RelocationSource ImageSource(string name) =>
        new RelocationSource.Image(ImageReference.Parse($"{Fixtures.Registry}/apps/{name}:1.0.0"));

    protected FakeRepository App(string name) => Registry.Get($"{Fixtures.Registry}/apps/{name}");

    /// <summary>Puts an artifact into a repository, without listing it anywhere.</summary>
    protected static Manifest Attach(FakeRepository repository, string content, string? tag, Manifest? subject = null)
    {
        byte[] layer = Encoding.UTF8.GetBytes(content);
        repository.AddBlob(layer);
        repository.AddBlob("{}"u8.ToArray());
        string relation = subject is null ? "" : $",\"subject\":{Json(subject.MediaType, subject.Digest, subject.Bytes.Length)}";
        string json = $$"""
            {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","artifactType":"application/vnd.test","config":{{Json("application/vnd.oci.empty.v1+json", Digest.Compute("{}"u8), 2)}},"layers":[{{Json("text/plain", Digest.Compute(layer), layer.Length)}}]{{relation}}}
            """;
        return repository.AddManifest(Manifest.Parse(Encoding.UTF8.GetBytes(json)), tag);
    }

    /// <summary>Lists manifests as referrers, as clients do.</summary>
    protected static void List(FakeRepository repository, Digest subject, params IEnumerable<Digest> referrers)
    {
        string manifests = string.Join(',', referrers.Select(digest => Json(MediaTypes.OciManifest, digest, 1)));
        string json = $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{{manifests}}]}""";
        repository.AddManifest(Manifest.Parse(Encoding.UTF8.GetBytes(json)), $"sha256-{subject.Hex}");
    }

    protected async Task<Manifest> ManifestAsync(FakeRepository repository, string tagOrDigest) =>
        await repository.FindManifestAsync(tagOrDigest, Token)
            ?? throw new InvalidOperationException($"{repository.Name} has no {tagOrDigest}");

    private static string Json(string mediaType, Digest digest, long size) =>
        $$"""{"mediaType":"{{mediaType}}","digest":"{{digest}}","size":{{size}}}""";
}
