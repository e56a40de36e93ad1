using System.Collections.Concurrent;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Airgap.TestKit;
using Airgap.Trust.Keys;
using Airgap.Trust.Roots;
using Airgap.Trust.Signers;

namespace Airgap.Trust.Tests.Cases;

/// <summary>
/// The signed images, keys, roots and cases of fixtures/trust (its README in the shared fixtures describes how they were made).
/// </summary>
internal static class TrustFixtures
{
    private static readonly Lazy<Dictionary<string, byte[]>> s_storage = new(ReadStorage);
    private static readonly ConcurrentDictionary<string, KeySigner> s_keys = new();
    private static readonly ConcurrentDictionary<string, TrustedRoot> s_roots = new();

    /// <summary>The folder.</summary>
    public static string Root { get; } = Path.Combine(Fixtures.Root, "trust");

    /// <summary>The files of a docker-registry's storage, by path below <c>docker/registry/v2</c>.</summary>
    public static IReadOnlyDictionary<string, byte[]> Storage => s_storage.Value;

    /// <summary>A file.</summary>
    public static byte[] Bytes(string path) => File.ReadAllBytes(Path.Combine(Root, path));

    /// <summary>The cases of a file.</summary>
    public static IReadOnlyList<TrustCase> Cases(string name)
    {
        using JsonDocument document = JsonDocument.Parse(Bytes($"cases/{name}.json"));
        return [.. document.RootElement.EnumerateArray().Select(element => new TrustCase(element.Clone()))];
    }

    /// <summary>The signer that holds a key of <c>keys/</c>, or of a path.</summary>
    public static KeySigner Key(string name) => s_keys.GetOrAdd(name, static name =>
    {
        string path = name.Contains('/') ? name : $"keys/{name}.pub";
        return new KeySigner(KeyFile.Read(Bytes(path), path), path, []);
    });

    /// <summary>A trusted root.</summary>
    public static TrustedRoot TrustedRoot(string path = "keyless/private/trusted_root.json") =>
        s_roots.GetOrAdd(path, static path => Roots.TrustedRoot.Read(Bytes(path), path));

    private static Dictionary<string, byte[]> ReadStorage()
    {
        const string prefix = "docker/registry/v2/";
        Dictionary<string, byte[]> files = new(StringComparer.Ordinal);
        using GZipStream gzip = new(new MemoryStream(Bytes("storage.tar.gz")), CompressionMode.Decompress);
        using TarReader tar = new(gzip);
        while (tar.GetNextEntry() is { } entry)
        {
            string name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)
                || !name.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            MemoryStream content = new();
            entry.DataStream?.CopyTo(content);
            files[name[prefix.Length..]] = content.ToArray();
        }

        return files;
    }
}
