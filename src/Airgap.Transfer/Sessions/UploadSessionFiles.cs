using System.Security.Cryptography;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Sessions;

/// <summary>
/// Uploads in progress as files in the user's cache folder, one for each blob and destination repository, so that the
/// next run resumes a killed one. Only the user can access the files (mode 0600); they contain addresses of the
/// registry but no credentials, and expire after <see cref="MaxAge"/>.
/// </summary>
/// <param name="folder">Their folder, created when first needed.</param>
/// <param name="clock">The clock for their age; null for the system's.</param>
internal sealed class UploadSessionFiles(string folder, TimeProvider? clock = null) : IUploadSessionStore
{
    /// <summary>How long a file is valid: a day less than registries keep abandoned uploads.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(6);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private int _isTidied;

    /// <summary>
    /// The store in the user's cache folder: under <c>XDG_CACHE_HOME</c> or <c>~/.cache</c>; on macOS <c>~/Library/Caches</c>, on Windows
    /// the local application data.
    /// </summary>
    /// <returns>Null when the user has no such folder.</returns>
    public static UploadSessionFiles? InUserCache() => UserCache.Find("uploads") is { } folder ? new UploadSessionFiles(folder) : null;

    /// <inheritdoc/>
    public ValueTask<IUploadSessionSlot?> OpenAsync(RepositoryName repository, Digest digest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        try
        {
            PrivateFolder.Make(folder);
            if (Interlocked.Exchange(ref _isTidied, 1) == 0)
                Tidy();
            string key = $"{repository}@{digest}";
            string path = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))));
            // Null when another run has the slot.
            return ValueTask.FromResult<IUploadSessionSlot?>(UploadSessionFile.TryOpen(path, key, _clock));
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            // Nothing can be written, or not safely: the upload continues without.
            return ValueTask.FromResult<IUploadSessionSlot?>(null);
        }
    }

    private void Tidy()
    {
        DateTime limit = (_clock.GetUtcNow() - MaxAge).UtcDateTime;
        foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles().Where(file => file.LastWriteTimeUtc < limit))
            file.Delete();
    }
}
