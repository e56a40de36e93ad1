using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Airgap.Benchmarks;

/// <summary>A bundle written directly into the storage folder of a registry. The same shape always gives the same bytes.</summary>
internal sealed class GeneratedBundle
{
    private readonly string _root;
    private readonly BundleShape _shape;
    private readonly byte[] _buffer = new byte[1024 * 1024];

    private GeneratedBundle(string folder, BundleShape shape)
    {
        _root = Path.Combine(folder, "docker", "registry", "v2");
        _shape = shape;
    }

    /// <summary>The reference of the bundle in the registry.</summary>
    public string Repository => $"{_shape.Name}/bundle";

    /// <summary>Number of distinct blobs written.</summary>
    public int Blobs { get; private set; }

    /// <summary>The size of these blobs in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Repository and digest of each layer, for the floor that only reads.</summary>
    public List<(string Repository, string Digest)> Layers { get; } = [];

    /// <summary>The layers of the images, with their sizes.</summary>
    public List<(string Repository, string Digest, long Size)> Sized { get; } = [];

    /// <summary>Writes the bundle below a storage folder.</summary>
    /// <param name="folder">The storage folder.</param>
    /// <param name="host">The registry's host and port, which the bundle records for its images.</param>
    /// <param name="shape">The content.</param>
    public static GeneratedBundle Write(string folder, string host, BundleShape shape)
    {
        GeneratedBundle bundle = new(folder, shape);
        StringBuilder locked = new("apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n");
        int seed = 1;
        for (int image = 0; image < shape.Images.Count; image++)
        {
            string repository = $"{shape.Name}/image-{image:d2}";
            List<string> layers = [.. shape.Images[image].Select(size => bundle.Layer(repository, seed++, size))];
            string digest = bundle.Image(
                repository,
                $"{{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{{\"Labels\":{{\"n\":\"{image}\"}}}},\"rootfs\":{{\"type\":\"layers\",\"diff_ids\":[]}}}}", layers, tag: null);
            locked.Append($"- image: {host}/{repository}@{digest}\n");
        }

        byte[] content = BundleLayer(locked.ToString());
        string layer = bundle.Blob(bundle.Repository, content);
        bundle.Layers.Add((bundle.Repository, layer));
        bundle.Image(
            bundle.Repository,
            "{\"config\":{\"Labels\":{\"dev.carvel.imgpkg.bundle\":\"true\"}},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}",
            [$"{{\"mediaType\":\"application/vnd.docker.image.rootfs.diff.tar.gzip\",\"size\":{content.Length},\"digest\":\"{layer}\"}}"],
            "v1");
        return bundle;
    }

    /// <summary>The path of a blob's bytes in a storage folder.</summary>
    public static string FileOf(string folder, string digest) =>
        Path.Combine(folder, "docker", "registry", "v2", "blobs", "sha256", digest[7..9], digest[7..], "data");

    private string Layer(string repository, int seed, long size)
    {
        Directory.CreateDirectory(_root);
        string temp = Path.Combine(_root, $"layer-{seed}");
        using (IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
        {
            using (FileStream file = File.Create(temp))
            {
                Random random = new(HashCode(seed));
                for (long left = size; left > 0;)
                {
                    Span<byte> part = _buffer.AsSpan(0, (int)Math.Min(left, _buffer.Length));
                    random.NextBytes(part);
                    hash.AppendData(part);
                    file.Write(part);
                    left -= part.Length;
                }
            }

            string digest = $"sha256:{Convert.ToHexStringLower(hash.GetHashAndReset())}";
            File.Move(temp, Place(digest), overwrite: true);
            Link(repository, digest);
            Layers.Add((repository, digest));
            Sized.Add((repository, digest, size));
            Blobs++;
            Bytes += size;
            return $"{{\"mediaType\":\"application/vnd.docker.image.rootfs.diff.tar.gzip\",\"size\":{size},\"digest\":\"{digest}\"}}";
        }
    }

    private string Image(string repository, string config, List<string> layers, string? tag)
    {
        string configDigest = Blob(repository, Encoding.UTF8.GetBytes(config));
        byte[] manifest = Encoding.UTF8.GetBytes(
            $"{{\"schemaVersion\":2,\"mediaType\":\"application/vnd.docker.distribution.manifest.v2+json\",\"config\":{{\"mediaType\":\"application/vnd.docker.container.image.v1+json\",\"size\":{config.Length},\"digest\":\"{configDigest}\"}},\"layers\":[{string.Join(',', layers)}]}}");
        string digest = Digest(manifest);
        File.WriteAllBytes(Place(digest), manifest);
        string manifests = Path.Combine(_root, "repositories", repository, "_manifests");
        WriteLink(Path.Combine(manifests, "revisions", "sha256", digest[7..]), digest);
        if (tag is not null)
        {
            WriteLink(Path.Combine(manifests, "tags", tag, "current"), digest);
            WriteLink(Path.Combine(manifests, "tags", tag, "index", "sha256", digest[7..]), digest);
        }

        return digest;
    }

    private string Blob(string repository, byte[] bytes)
    {
        string digest = Digest(bytes);
        File.WriteAllBytes(Place(digest), bytes);
        Link(repository, digest);
        Blobs++;
        Bytes += bytes.Length;
        return digest;
    }

    private string Place(string digest)
    {
        string folder = Path.Combine(_root, "blobs", "sha256", digest[7..9], digest[7..]);
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, "data");
    }

    private void Link(string repository, string digest) =>
        WriteLink(Path.Combine(_root, "repositories", repository, "_layers", "sha256", digest[7..]), digest);

    // Not the runtime's, which differs from run to run.
    private int HashCode(int seed) => (seed * 31) + (_shape.Name.Length * 7919) + _shape.Images.Count;

    private static void WriteLink(string folder, string digest)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "link"), digest);
    }

    private static string Digest(byte[] bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";

    /// <summary>The layer of a bundle with a lock.</summary>
    public static byte[] BundleLayer(string images)
    {
        MemoryStream memory = new();
        using (GZipStream gzip = new(memory, CompressionLevel.Fastest, leaveOpen: true))
        using (TarWriter tar = new(gzip, TarEntryFormat.Ustar))
        {
            foreach ((string name, string text) in new[] { (".imgpkg/images.yml", images), ("packages/a.yml", "kind: Package\n") })
                tar.WriteEntry(new UstarTarEntry(
                    TarEntryType.RegularFile, name)
                { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        }

        return memory.ToArray();
    }
}
