using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Applying;

/// <summary>Reads the objects of files and folders, in the order in which they are applied.</summary>
internal static class ManifestReader
{
    private const long LongestFile = 16 * 1024 * 1024;
    private static readonly string[] s_endings = [".yml", ".yaml", ".json"];

    /// <summary>Reads them. A folder means its YAML and JSON files, without subfolders and kustomizations.</summary>
    /// <param name="paths">Files and folders.</param>
    /// <param name="ns">The namespace of objects that name none.</param>
    /// <param name="isAsked">True if the user chose the namespace, so that no object may name another.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidObject"/>, <see cref="ErrorCode.MalformedSyncPeriod"/>.</exception>
    public static IReadOnlyList<ManifestDocument> Read(IEnumerable<string> paths, string ns, bool isAsked)
    {
        List<ManifestDocument> documents = [];
        Dictionary<(string, string, string?, string), SourceLocation> seen = [];
        foreach (string path in paths)
        {
            bool isFolder = Directory.Exists(path);
            IEnumerable<string> files = isFolder ? FilesOf(path) : [path];
            foreach (ManifestDocument document in files.SelectMany(file => ManifestDocument.Read(file, Bytes(file))))
            {
                // Other files of a folder are skipped, but not a file that the user names.
                if (document.IsNoObject && isFolder)
                    continue;
                if (document.IsNoObject)
                    throw Invalid(document, $"a {document.Kind} is not an object of a cluster", "Name the manifests, or their folder.");
                if (isAsked && document.Namespace is { } other && other != ns)
                    throw Invalid(document, $"{document.Kind} {document.Name} belongs to the namespace {other}, not to {ns}",
                        "Leave --namespace out, or correct the manifest.");
                string? place = ResourceKind.Known(document.ApiVersion, document.Kind) is { IsNamespaced: false }
                    ? null : document.Namespace ?? ns;
                // An object is the same in every version of its group.
                (string, string, string?, string) key = (ResourceKind.GroupOf(document.ApiVersion), document.Kind, place, document.Name);
                if (!seen.TryAdd(key, document.Location))
                    throw Invalid(
                        document, $"{document.Kind} {document.Name} was already given in {seen[key]}", "Give each object once.");
                documents.Add(document);
            }
        }

        if (documents.Count == 0)
            throw new AirgapException(
                ErrorCode.InvalidObject, $"{string.Join(", ", paths)} contains no Kubernetes object.",
                "Give manifests (*.yml, *.yaml, *.json), or the folder that they lie in.");
        return [.. documents.OrderBy(document => ResourceKind.Rank(document.Kind))];
    }

    private static string[] FilesOf(string folder) => [.. Directory.EnumerateFiles(folder)
        .Where(file => s_endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
        .Where(file => !Path.GetFileNameWithoutExtension(file).Equals("kustomization", StringComparison.OrdinalIgnoreCase))
        .Order(StringComparer.Ordinal)];

    private static byte[] Bytes(string file)
    {
        try
        {
            if (file == "-")
                return Piped(Console.OpenStandardInput(), file);
            if (new FileInfo(file) is { Exists: true, Length: > LongestFile })
                throw TooLarge(file);
            return File.ReadAllBytes(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new AirgapException(
                ErrorCode.InvalidObject, $"{file} cannot be read: {failure.Message.TrimEnd('.')}.",
                "Give a file or folder that exists and is readable.", failure);
        }
    }

    // Its bytes, whatever encoding the terminal has: a manifest is UTF-8, or says otherwise.
    private static byte[] Piped(Stream input, string file)
    {
        using MemoryStream bytes = new();
        byte[] buffer = new byte[64 * 1024];
        while (input.Read(buffer) is > 0 and int count)
        {
            bytes.Write(buffer, 0, count);
            if (bytes.Length > LongestFile)
                throw TooLarge(file);
        }

        return bytes.ToArray();
    }

    private static AirgapException TooLarge(string file) => new(
        ErrorCode.InvalidObject, $"{file} is too large for a manifest.", "Give manifests of 16 MiB at most.");

    private static AirgapException Invalid(ManifestDocument document, string why, string advice) =>
        new(ErrorCode.InvalidObject, $"{document.Location}: {why}.", advice) { Location = document.Location };
}
