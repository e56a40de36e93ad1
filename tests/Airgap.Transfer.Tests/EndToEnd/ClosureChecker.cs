using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>
/// Walks from a package repository to the layers that its Packages need, and shares no code with the product: it reads JSON, tars and the
/// few lines of YAML itself.
/// </summary>
/// <param name="manifestOf">Returns the bytes of a manifest by repository and digest.</param>
/// <param name="blobOf">Returns the bytes of a blob.</param>
/// <param name="home">The one repository with everything; null if each image is where its reference says.</param>
internal sealed partial class ClosureChecker(
    Func<string, string, Task<byte[]>> manifestOf, Func<string, string, Task<byte[]>> blobOf, string? home)
{
    /// <summary>The manifests read, by digest.</summary>
    public HashSet<string> Manifests { get; } = [];

    /// <summary>The layers of images that are not bundles.</summary>
    public HashSet<string> Layers { get; } = [];

    /// <summary>The manifests that indexes list but that are not selected.</summary>
    public HashSet<string> LeftOut { get; } = [];

    /// <summary>The Packages of the root, as <c>NAME VERSION</c>.</summary>
    public List<string> Packages { get; } = [];

    /// <summary>The names of its PackageMetadata.</summary>
    public List<string> Metadata { get; } = [];

    /// <summary>The ids with which kbld finds the images of the root.</summary>
    public List<string> Ids { get; } = [];

    /// <summary>Walks.</summary>
    /// <param name="repository">The repository of the root.</param>
    /// <param name="digest">The root's digest.</param>
    /// <param name="takes">Whether a Package counts, by name and version; null for all.</param>
    /// <param name="platforms">The platforms that count; null for all.</param>
    public async Task WalkAsync(string repository, string digest, Func<string, string, bool>? takes, ICollection<string>? platforms)
    {
        Dictionary<string, string> files = await FilesAsync(repository, digest);
        Dictionary<string, bool> named = [];
        foreach (string text in files.Where(file => file.Key.StartsWith("packages/", StringComparison.Ordinal)).Select(file => file.Value)
            .SelectMany(text => text.Split("\n---\n")))
        {
            if (Field(text, "kind") == "PackageMetadata")
                Metadata.Add(Field(text, "  name")!);
            if (Field(text, "kind") != "Package")
                continue;
            (string name, string version) = (Field(text, "  refName")!, Field(text, "  version")!);
            bool isTaken = takes?.Invoke(name, version) ?? true;
            if (isTaken)
                Packages.Add($"{name} {version}");
            string image = Field(text, "          image")!;
            named[image] = named.GetValueOrDefault(image) || isTaken;
        }

        foreach ((string image, string id) in Locked(files))
        {
            // Content that no Package names cannot be proven unneeded.
            if (named.GetValueOrDefault(id, true))
            {
                Ids.Add(id);
                await ImageAsync(image, platforms);
            }
        }
    }

    /// <summary>The images of a lock, each with its kbld id; empty for none.</summary>
    public static IEnumerable<(string Image, string Id)> Locked(Dictionary<string, string> files)
    {
        string? id = null;
        foreach (string line in files[".imgpkg/images.yml"].Split('\n'))
        {
            if (line.StartsWith("- annotations:", StringComparison.Ordinal))
                id = "";
            if (IdLine().Match(line) is { Success: true } found)
                id = found.Groups[1].Value;
            if (ImageLine().Match(line) is { Success: true } image)
            {
                yield return (image.Groups[1].Value, id ?? "");
                id = null;
            }
        }
    }

    /// <summary>The files of a bundle.</summary>
    public async Task<Dictionary<string, string>> FilesAsync(string repository, string digest)
    {
        using JsonDocument manifest = await ReadAsync(repository, digest);
        string layer = manifest.RootElement.GetProperty("layers")[0].GetProperty("digest").GetString()!;
        Dictionary<string, string> files = [];
        await using GZipStream unzipped = new(new MemoryStream(await blobOf(repository, layer)), CompressionMode.Decompress);
        await using TarReader tar = new(unzipped);
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            if (entry.DataStream is null)
                continue;
            using StreamReader text = new(entry.DataStream, Encoding.UTF8);
            files[entry.Name] = await text.ReadToEndAsync();
        }

        return files;
    }

    private async Task ImageAsync(string reference, ICollection<string>? platforms)
    {
        string[] parts = reference.Split('@');
        string repository = home ?? parts[0][(parts[0].IndexOf('/') + 1)..];
        if (!await IsBundleAsync(repository, parts[1]))
        {
            await ContentAsync(repository, parts[1], platforms);
            return;
        }

        foreach ((string image, _) in Locked(await FilesAsync(repository, parts[1])))
            await ImageAsync(image, platforms);
    }

    private async Task<bool> IsBundleAsync(string repository, string digest)
    {
        using JsonDocument manifest = await ReadAsync(repository, digest);
        return manifest.RootElement.TryGetProperty("config", out JsonElement config)
            && Encoding.UTF8.GetString(await blobOf(repository, config.GetProperty("digest").GetString()!))
                .Contains("\"dev.carvel.imgpkg.bundle\"", StringComparison.Ordinal);
    }

    private async Task ContentAsync(string repository, string digest, ICollection<string>? platforms)
    {
        using JsonDocument manifest = await ReadAsync(repository, digest);
        JsonElement root = manifest.RootElement;
        if (root.TryGetProperty("layers", out JsonElement layers))
        {
            foreach (JsonElement layer in layers.EnumerateArray())
                Layers.Add(layer.GetProperty("digest").GetString()!);
            return;
        }

        JsonElement[] children = [.. root.GetProperty("manifests").EnumerateArray()];
        HashSet<string> images = [.. children.Where(child => platforms is null || platforms.Contains(Platform(child))).Select(Digest)];
        foreach (JsonElement child in children)
        {
            string attested = child.TryGetProperty("annotations", out JsonElement notes)
                && notes.TryGetProperty("vnd.docker.reference.digest", out JsonElement of) ? of.GetString()! : Digest(child);
            if (images.Contains(attested))
                await ContentAsync(repository, Digest(child), platforms);
            else
                LeftOut.Add(Digest(child));
        }
    }

    private async Task<JsonDocument> ReadAsync(string repository, string digest)
    {
        Manifests.Add(digest);
        return JsonDocument.Parse(await manifestOf(repository, digest));
    }

    private static string Digest(JsonElement descriptor) => descriptor.GetProperty("digest").GetString()!;

    private static string Platform(JsonElement descriptor)
    {
        JsonElement platform = descriptor.GetProperty("platform");
        string name = $"{platform.GetProperty("os").GetString()}/{platform.GetProperty("architecture").GetString()}";
        return platform.TryGetProperty("variant", out JsonElement variant) ? $"{name}/{variant.GetString()}" : name;
    }

    private static string? Field(string text, string name) =>
        text.Split('\n').Where(line => line.StartsWith(name + ": ", StringComparison.Ordinal)
            || line.StartsWith($"{new string(' ', Math.Max(0, name.LastIndexOf(' ') - 1))}- {name.Trim()}: ", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..]).FirstOrDefault();

    [GeneratedRegex("^    kbld.carvel.dev/id: (.*)$")]
    private static partial Regex IdLine();

    [GeneratedRegex("^(?:- |  )image: (.*)$")]
    private static partial Regex ImageLine();
}
