using System.Collections.Immutable;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Producing;
using Airgap.Transfer.Pushing;

namespace Airgap.TestKit;

/// <summary>
/// A package repository of packages × versions × platforms. Versions share layers, and packages share images. It records
/// which layer belongs to what, so that a test can check a selection.
/// </summary>
public sealed class GeneratedRepository
{
    /// <summary>The host of all sources.</summary>
    public const string Registry = "source.local";
    /// <summary>The repository of the bundle.</summary>
    public const string Bundle = $"{Registry}/vendor/repository";
    /// <summary>The platforms of each image.</summary>
    public static string[] Platforms { get; } = ["linux/amd64", "linux/arm64", "linux/arm/v7", "windows/amd64"];

    private readonly FakeRegistry _registry;

    private GeneratedRepository(FakeRegistry registry) => _registry = registry;

    /// <summary>The layers of images, by package, version and platform.</summary>
    public HashSet<(string Package, string Version, string Platform, Digest Layer)> Layers { get; } = [];

    /// <summary>The layers of the image that no package names, by platform.</summary>
    public HashSet<(string Platform, Digest Layer)> Unreferenced { get; } = [];

    /// <summary>Makes it, under the tag v1.</summary>
    public static async Task<GeneratedRepository> CreateAsync(FakeRegistry registry, int packages, int versions)
    {
        GeneratedRepository generated = new(registry);
        List<(string, byte[])> files = [];
        List<LockedImage> locked = [];
        for (int p = 0; p < packages; p++)
        {
            string name = $"p{p}.{(p % 2 == 0 ? "example" : "internal.example")}.com";
            StringBuilder file = new(
                $"# {name}\napiVersion: data.packaging.carvel.dev/v1alpha1\nkind: PackageMetadata\nmetadata:\n  name: {name}\nspec:\n  " +
                "displayName: P\n");
            for (int v = 0; v < versions; v++)
            {
                string version = v == versions - 1 ? $"1.{v}.0-rc.1" : $"1.{v}.0";
                LockedImage bundle = await generated.AddPackageAsync(p, name, version);
                locked.Add(bundle);
                string package = "apiVersion: data.packaging.carvel.dev/v1alpha1\nkind: Package\nmetadata:\n  name: " +
                    $"{name}.{version}\nspec:\n  refName: {name}\n  version: {version}\n  template:\n    spec:\n"
                    + $"      fetch:\n      - imgpkgBundle:\n          image: " +
                    $"{bundle.Annotations[Origins.Id]}\n      template:\n      - ytt: {{paths: [config/]}}\n      deploy:\n      - " +
                    $"kapp: {{}}\n";
                // Some packages have a file for each version, some have one file for all.
                if (p % 2 == 0)
                    file.Append("---\n").Append(package);
                else
                    files.Add(($"packages/{name}/{version}.yml", Encoding.UTF8.GetBytes(package)));
            }

            files.Add(($"packages/{name}/package.yml", Encoding.UTF8.GetBytes(file.ToString())));
        }

        LockedImage unknown = new(
            generated.AddIndex($"{Registry}/vendor/unknown", "unknown",
                (platform, layer) => generated.Unreferenced.Add((platform, layer))));
        locked.Add(unknown);
        files.Add((".imgpkg/images.yml", Encoding.UTF8.GetBytes(new ImagesLock([.. locked]).ToYaml())));
        await generated.PushBundleAsync(registry.Get(Bundle), files, "v1");
        return generated;
    }

    /// <summary>
    /// Puts the content of the repository into one repository, as a relocation does, without changing the bundles' digests.
    /// </summary>
    public IEnumerable<Digest> Expected(Func<string, string, bool> takes, ICollection<string> platforms, bool withUnreferenced = true) =>
        Layers.Where(layer => takes(layer.Package, layer.Version) && platforms.Contains(layer.Platform)).Select(layer => layer.Layer)
            .Concat(Unreferenced.Where(layer => withUnreferenced && platforms.Contains(layer.Platform)).Select(layer => layer.Layer))
            .Distinct();

    private async Task<LockedImage> AddPackageAsync(int p, string name, string version)
    {
        List<LockedImage> images =
        [
            new(AddIndex($"{Registry}/vendor/app{p}", $"{name} {version}",
                (platform, layer) => Layers.Add((name, version, platform, layer)))),
            // Three packages share this image.
            new(AddIndex($"{Registry}/vendor/shared{p / 3}", $"shared {p / 3}",
                (platform, layer) => Layers.Add((name, version, platform, layer)))),
        ];
        (string, byte[])[] files =
        [
            ("config/app.yml", Encoding.UTF8.GetBytes($"# {name} {version}\nimage: {images[0].Image}\n")),
            (".imgpkg/images.yml", Encoding.UTF8.GetBytes(new ImagesLock([.. images]).ToYaml())),
        ];
        Manifest bundle = await PushBundleAsync(_registry.Get($"{Registry}/vendor/package{p}"), files, null);
        ImageReferenceText reference = new($"{Registry}/vendor/package{p}", bundle.Digest);
        return new LockedImage(reference.Parse(),
            LockedImage.NoAnnotations.Add(Origins.Id, $"vendor.example.com/package{p}:{version}")
            .Add("kbld.carvel.dev/origins", "- resolved: {}\n"));
    }

    private Airgap.Oci.Naming.ImageReference AddIndex(string repository, string seed, Action<string, Digest> note)
    {
        FakeRepository at = _registry.Get(repository);
        List<string> children = [];
        foreach (string platform in Platforms)
        {
            string[] parts = platform.Split('/');
            // One layer of its own, and one that all its versions share.
            byte[][] layers = [Encoding.UTF8.GetBytes($"{seed} {platform}"), Encoding.UTF8.GetBytes($"base of {repository} {platform}")];
            Manifest image = AddImage(at, parts, layers);
            foreach (byte[] layer in layers)
                note(platform, Digest.Compute(layer));
            string variant = parts.Length == 3 ? $",\"variant\":\"{parts[2]}\"" : "";
            children.Add(
                $$$"""{"mediaType":"{{{image.MediaType}}}","digest":"{{{image.Digest}}}","size":{{{image.Bytes.Length}}},"platform":{"architecture":"{{{parts[1]}}}","os":"{{{parts[0]}}}"{{{variant}}}}}""");
            byte[] statement = Encoding.UTF8.GetBytes($"attests {image.Digest}");
            Manifest attestation = AddImage(at, ["unknown", "unknown"], [statement]);
            note(platform, Digest.Compute(statement));
            children.Add(
                $$$"""{"mediaType":"{{{attestation.MediaType}}}","digest":"{{{attestation.Digest}}}","size":{{{attestation.Bytes.Length}}},"annotations":{"vnd.docker.reference.digest":"{{{image.Digest}}}","vnd.docker.reference.type":"attestation-manifest"},"platform":{"architecture":"unknown","os":"unknown"}}""");
        }

        Manifest index = at.AddManifest(
            Manifest.Parse(Encoding.UTF8.GetBytes(
                $$$"""{"schemaVersion":2,"mediaType":"{{{MediaTypes.OciIndex}}}","manifests":[{{{string.Join(',', children)}}}],"annotations":{"seed":"{{{seed}}}"}}""")), null);
        return new ImageReferenceText(repository, index.Digest).Parse();
    }

    private static Manifest AddImage(FakeRepository at, string[] platform, byte[][] layers)
    {
        byte[] config = Encoding.UTF8.GetBytes(
            $$"""{"architecture":"{{platform[1]}}","os":"{{platform[0]}}","rootfs":{"type":"layers","diff_ids":[]},"of":"{{string.Join(',', layers.Select(layer => Digest.Compute(layer)))}}"}""");
        at.AddBlob(config);
        foreach (byte[] layer in layers)
            at.AddBlob(layer);
        string list = string.Join(
            ',', layers.Select(layer =>
                $$$"""{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{{{Digest.Compute(layer)}}}","size":{{{layer.Length}}}}"""));
        return at.AddManifest(
            Manifest.Parse(Encoding.UTF8.GetBytes(
                $$$"""{"schemaVersion":2,"mediaType":"{{{MediaTypes.OciManifest}}}","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{{Digest.Compute(config)}}}","size":{{{config.Length}}}},"layers":[{{{list}}}]}""")), null);
    }

    private async Task<Manifest> PushBundleAsync(FakeRepository at, IEnumerable<(string Path, byte[] Bytes)> files, string? tag)
    {
        using PackedImage packed = await PackedImage.PackAsync(
            LayerTree.Create(files.Select(file => (file.Path, (ReadOnlyMemory<byte>)file.Bytes, false))),
            ImmutableDictionary<string, string>.Empty.Add(BundleLabel.Name, "true"), CancellationToken.None);
        foreach (IBlobContent blob in packed.Blobs)
            await at.PushBlobAsync(blob, null, null, CancellationToken.None);
        _registry.Calls.Clear();
        return at.AddManifest(packed.Manifest, tag);
    }

    private sealed record ImageReferenceText(string Repository, Digest Digest)
    {
        public Airgap.Oci.Naming.ImageReference Parse() => Airgap.Oci.Naming.ImageReference.Parse($"{Repository}@{Digest}");
    }
}
