using System.Security.Cryptography;
using System.Text;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Files;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Publishing.Artifacts;

/// <summary>
/// The folder of a project's artifacts. <see cref="Manifests"/> contains exactly the files to apply to a cluster; locks
/// and reports are next to it, Secrets in <see cref="Secrets"/>.
/// </summary>
/// <param name="path">Its full path.</param>
/// <param name="list">The files of earlier publishes, to which this publish adds its own.</param>
/// <param name="warnings">Receives warnings.</param>
/// <param name="onArtifact">Receives each artifact as soon as it is written; null for none.</param>
internal sealed class ArtifactFolder(string path, PublishedFileList list, PublishWarnings warnings, Action<PublishedFile>? onArtifact)
{
    /// <summary>The folder for <c>kubectl apply -f</c>.</summary>
    public const string Manifests = "manifests";

    /// <summary>
    /// The folder of the placeholder Secrets, which must not be applied automatically: applied again, one would replace
    /// the filled-in Secret in the cluster.
    /// </summary>
    public const string Secrets = "secrets";

    /// <summary>The folder of mirror configurations.</summary>
    public const string Mirrors = "mirrors";

    private readonly HashSet<string> _current = new(StringComparer.Ordinal);

    /// <summary>Writes an artifact, unless it exists unchanged.</summary>
    /// <param name="name">Its path in the folder.</param>
    /// <param name="text">Its content.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    /// <exception cref="AirgapException">3xxx: the file.</exception>
    public async Task<PublishedFile> WriteAsync(string name, string text, PublishedFileKind kind, CancellationToken cancellationToken)
    {
        string file = Path.Combine(path, name);
        await ArtifactFile.WriteAsync(file, text, cancellationToken);
        return Take(new PublishedFile(file, kind) { Written = DigestOf(text) });
    }

    /// <summary>True if an artifact exists, with other content.</summary>
    /// <param name="name">Its path in the folder.</param>
    /// <param name="text">The content.</param>
    /// <exception cref="AirgapException">3xxx: the file.</exception>
    public bool Differs(string name, string text) => Read(Path.Combine(path, name)) is { } present && present != text;

    /// <summary>
    /// Writes a placeholder Secret, unless the file was changed after a publish wrote it, or was not written by a
    /// publish: it may contain credentials.
    /// </summary>
    /// <exception cref="AirgapException">3xxx: the file.</exception>
    public async Task<PublishedFile> WriteSecretAsync(string folder, PullSecretObject secret, CancellationToken cancellationToken)
    {
        string file = Path.Combine(path, folder, ManifestObjects.FileName(secret));
        string text = "# Fill in the credentials. A publish does not overwrite this file once it is changed.\n" + secret.Yaml;
        if (Read(file) is { } present && present != text && DigestOf(present) != list.Earlier.GetValueOrDefault(file))
        {
            string[] missing = [.. secret.Registries.Where(registry => !SecretText.Names(present, registry))];
            if (missing.Length > 0)
            {
                warnings.Add(
                    new Diagnostic(
                        ErrorCode.SecretNotUpdated,
                        $"The Secret {file} has been changed since a publish wrote it, so it was kept; it does not name " +
                        $"{string.Join(", ", missing)}.",
                        "Add the credentials of that registry, or delete the file to have it written again."),
                    new SourceLocation(file));
            }

            return Take(new PublishedFile(file, PublishedFileKind.Secret));
        }

        await ArtifactFile.WriteAsync(file, text, cancellationToken, AtomicFile.OwnerOnly);
        return Take(new PublishedFile(file, PublishedFileKind.Secret) { Written = DigestOf(text) });
    }

    /// <summary>Adds an artifact that was written elsewhere, or that is kept.</summary>
    public PublishedFile Take(PublishedFile file)
    {
        _current.Add(file.Path);
        list.Add(file);
        onArtifact?.Invoke(file);
        return file;
    }

    /// <summary>
    /// Removes files below the folder that earlier publishes wrote and this one did not. Changed files are kept, with a
    /// warning.
    /// </summary>
    /// <exception cref="AirgapException">3xxx: the file.</exception>
    public void RemoveStale()
    {
        KeyValuePair<string, string>[] stale =
            [.. list.Earlier.Where(entry => !_current.Contains(entry.Key) && ArtifactRemoval.IsBelow(entry.Key, path))];
        foreach ((string file, string digest) in stale)
        {
            list.Forget(file);
            if (!ArtifactRemoval.TryRemove(file, digest))
                warnings.Add(ArtifactRemoval.Stays(
                    file, "has been changed since a publish wrote it",
                    "The project no longer declares anything for it: remove it, or keep it elsewhere."), null);
        }

        ArtifactRemoval.RemoveEmptied(path);
        ArtifactRemoval.RemoveEmptied(path, stale.Select(entry => entry.Key));
    }

    private static string DigestOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string? Read(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllText(file) : null;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, file);
        }
    }
}
