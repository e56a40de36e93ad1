using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Airgap.Benchmarks;

/// <summary>
/// An archive of many images and many bytes that takes no disk space: its images' layers are holes, with digests that do not match. It can
/// only be listed and served.
/// </summary>
internal static class SparseArchive
{
    private const int Block = 512;
    private const string Manifest = "application/vnd.docker.distribution.manifest.v2+json";
    private const string Layer = "application/vnd.docker.image.rootfs.diff.tar.gzip";

    /// <summary>Writes it. Its bundle is <c>many/bundle:v1</c>.</summary>
    public static void Write(string path, int images, long layerBytes)
    {
        JsonArray list = [];
        SortedDictionary<string, byte[]?> layers = new(StringComparer.Ordinal);
        StringBuilder locked = new("apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n");
        for (int i = 0; i < images; i++)
        {
            string layer = Digest(Encoding.ASCII.GetBytes($"layer {i}"));
            layers.Add(layer, null);
            string config =
                $$"""{"architecture":"amd64","os":"linux","config":{"Labels":{"n":"{{i}}"} },"rootfs":{"type":"layers","diff_ids":[]} }""";
            locked.Append("- image: ").Append(Add(list, $"many/image-{i:d4}", config, layer, layerBytes, tag: "")).Append('\n');
        }

        byte[] content = GeneratedBundle.BundleLayer(locked.ToString());
        layers.Add(Digest(content), content);
        Add(list, "many/bundle", """{"config":{"Labels":{"dev.carvel.imgpkg.bundle":"true"}},"rootfs":{"type":"layers","diff_ids":[]}}""",
            Digest(content), content.Length, "v1");
        using FileStream file = File.Create(path);
        // A quote is escaped by a backslash, as in imgpkg's list.
        byte[] json = Encoding.UTF8.GetBytes(
            list.ToJsonString(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        WriteEntry(file, "manifest.json", json.Length, json);
        foreach ((string digest, byte[]? bytes) in layers)
            WriteEntry(file, $"{digest.Replace(':', '-')}.tar.gz", bytes?.Length ?? layerBytes, bytes);
        file.SetLength(file.Position + (2 * Block));
    }

    private static string Add(JsonArray list, string repository, string config, string layer, long size, string tag)
    {
        string configDigest = Digest(Encoding.UTF8.GetBytes(config));
        JsonObject parts = new()
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = Manifest,
            ["config"] = new JsonObject
            {
                ["mediaType"] = "application/vnd.docker.container.image.v1+json",
                ["size"] = config.Length,
                ["digest"] = configDigest
            },
            ["layers"] = new JsonArray(new JsonObject { ["mediaType"] = Layer, ["size"] = size, ["digest"] = layer }),
        };
        string manifest = parts.ToJsonString();
        string digest = Digest(Encoding.UTF8.GetBytes(manifest));
        string reference = $"registry.example/{repository}@{digest}";
        list.Add(new JsonObject
        {
            ["ImageIndex"] = null,
            ["Image"] = new JsonObject
            {
                ["Refs"] = new JsonArray(reference),
                ["Layers"] = new JsonArray(new JsonObject { ["MediaType"] = Layer, ["Digest"] = layer, ["DiffID"] = "", ["Size"] = size }),
                ["Config"] = new JsonObject { ["Digest"] = configDigest, ["Raw"] = config },
                ["Manifest"] = new JsonObject { ["MediaType"] = Manifest, ["Digest"] = digest, ["Raw"] = manifest },
                ["Tag"] = tag,
                ["OrigRef"] = reference,
                ["Labels"] = tag.Length == 0 ? null : new JsonObject { ["dev.carvel.imgpkg.copy.root-bundle"] = "" },
            },
        });
        return reference;
    }

    private static void WriteEntry(FileStream file, string name, long size, byte[]? content)
    {
        byte[] header = new byte[Block];
        Put(0, name);
        Put(100, "0000644");
        Put(108, "0000000");
        Put(116, "0000000");
        Put(124, Convert.ToString(size, 8).PadLeft(11, '0'));
        Put(136, "00000000000");
        Put(148, "        ");
        Put(156, "0");
        Put(257, "ustar");
        Put(263, "00");
        Put(148, $"{Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0')}\0 ");
        file.Write(header);
        if (content is null)
            file.Position += size;
        else
            file.Write(content);
        file.Position += -size & (Block - 1);

        void Put(int at, string text) => Encoding.ASCII.GetBytes(text).CopyTo(header, at);
    }

    private static string Digest(byte[] bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
}
