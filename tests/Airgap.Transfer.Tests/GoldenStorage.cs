using System.Formats.Tar;
using System.IO.Compression;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.TestKit;

namespace Airgap.Transfer.Tests;

/// <summary>Reads the committed storage of a docker-registry as files, without a registry.</summary>
internal static class GoldenStorage
{
    private static readonly string s_root = Path.Combine(Fixtures.Root, "storage", "docker", "registry", "v2");

    /// <summary>Every locations image that imgpkg wrote: its repository, the bundle's digest, and its manifest.</summary>
    public static IEnumerable<(string Repository, Digest Bundle, Manifest Manifest)> LocationsImages()
    {
        const string suffix = ".image-locations.imgpkg";
        foreach (string folder in Directory.EnumerateDirectories(Path.Combine(s_root, "repositories", "mirror")))
        {
            foreach (string tag in Directory.EnumerateDirectories(Path.Combine(folder, "_manifests", "tags"), "*" + suffix))
            {
                string name = Path.GetFileName(tag);
                Digest bundle = Digest.Parse(name[..^suffix.Length].Replace("sha256-", "sha256:", StringComparison.Ordinal));
                yield return (Path.GetFileName(folder), bundle, ManifestAt(tag));
            }
        }
    }

    /// <summary>The manifest under a tag.</summary>
    public static Manifest Manifest(string repository, string tag) =>
        ManifestAt(Path.Combine(s_root, "repositories", repository, "_manifests", "tags", tag));

    /// <summary>A blob's bytes.</summary>
    public static byte[] Blob(Digest digest) =>
        File.ReadAllBytes(Path.Combine(s_root, "blobs", "sha256", digest.Hex[..2], digest.Hex, "data"));

    /// <summary>A blob's bytes, unpacked.</summary>
    public static byte[] Gunzip(byte[] bytes)
    {
        using GZipStream gzip = new(new MemoryStream(bytes), CompressionMode.Decompress);
        MemoryStream plain = new();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }

    /// <summary>A file from an image's only layer.</summary>
    public static byte[] FileOf(Manifest manifest, string name)
    {
        using TarReader tar = new(new MemoryStream(Gunzip(Blob(manifest.Layers.Single().Digest))));
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.Name != name)
                continue;
            MemoryStream content = new();
            entry.DataStream!.CopyTo(content);
            return content.ToArray();
        }

        throw new InvalidOperationException($"{name} is not in the layer.");
    }

    private static Manifest ManifestAt(string tagFolder) =>
        Oci.Content.Manifest.Parse(Blob(Digest.Parse(File.ReadAllText(Path.Combine(tagFolder, "current", "link")))));
}
