using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Files;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Kubernetes;

/// <summary>The PackageRepository manifest of an earlier run: the state of a cluster that it was applied to.</summary>
/// <param name="Repository">The mirror.</param>
/// <param name="Digest">The bundle's digest; null if the manifest has none.</param>
/// <param name="IsContentTag">True if a content tag contains the digest.</param>
internal sealed record EarlierManifest(RepositoryName Repository, Digest? Digest, bool IsContentTag)
{
    private const int MaxBytes = 1024 * 1024;

    /// <summary>Reads the manifest of a name from a file.</summary>
    /// <returns>Null if there is none, or it cannot be read: then nothing is known.</returns>
    public static EarlierManifest? Find(string path, string name)
    {
        try
        {
            if (new FileInfo(path) is not { Exists: true, Length: <= MaxBytes })
                return null;
            foreach (YamlNode document in YamlReader.ReadBeginning(File.ReadAllText(path)))
            {
                if (YamlLookup.Text(document, "kind") == "PackageRepository" && YamlLookup.Text(document, "metadata", "name") == name)
                    return Read(YamlLookup.Text(document, "spec", "fetch", "imgpkgBundle", "image"));
            }
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
        }

        return null;
    }

    /// <summary>
    /// The options for a cluster that may have this manifest: kapp-controller caches a bundle by digest, and does not request a cached
    /// digest from another registry. After the mirror moves, the manifest names the bundle by its content tag until the digest changes.
    /// </summary>
    /// <param name="options">The requested options.</param>
    /// <param name="repository">The mirror now.</param>
    /// <param name="digest">The digest now.</param>
    /// <param name="warn">Called when the mirror has changed.</param>
    public PackageRepositoryOptions Follow(
        PackageRepositoryOptions options, RepositoryName repository, Digest digest, Action<Diagnostic> warn)
    {
        bool isPinned = options is { Pinning: ReferencePinning.Digest, IsPlainImage: false }
            && string.IsNullOrWhiteSpace(options.TagSelection);
        if (!isPinned || Digest != digest || digest.Algorithm != "sha256" || (Repository == repository && !IsContentTag))
            return options;
        if (Repository != repository)
        {
            warn(new Diagnostic(
                ErrorCode.MirrorChanged,
                "The PackageRepository " +
                $"'{options.Name ?? repository.LastSegment}' named the same digest at {Repository} before. A cluster that has that " +
                "manifest would keep its cached content, with Packages that name that registry, and report success.",
                "The manifest names the bundle by its content tag, which makes the cluster fetch it from here. To name it by digest, " +
                "delete the PackageRepository with kubectl, and apply a manifest with the digest.")
            { Reference = repository.ToString() });
        }

        return options with { Pinning = ReferencePinning.ContentTag };
    }

    private static EarlierManifest? Read(string? image)
    {
        if (image is null || !ImageReference.TryParse(image, out ImageReference? reference, out _))
            return null;
        string? tag = reference.Digest is null ? reference.Tag : null;
        bool isContentTag = tag is not null && ContentTag.IsImgpkgs(tag)
            && Oci.Digest.TryParse(tag[..^ContentTag.End.Length].Replace('-', ':'), out _);
        return new EarlierManifest(
            reference.Repository, isContentTag
            ? Oci.Digest.Parse(tag![..^ContentTag.End.Length].Replace('-', ':')) : reference.Digest, isContentTag);
    }
}
