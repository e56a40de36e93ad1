using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Airgap.Oci.Content;

namespace Airgap.Registry.Storage;

/// <summary>The uploads under way. They outlive a restart: what is on the disk is gone on with.</summary>
internal sealed class UploadStorage(StorageLayout layout, BlobStorage blobs)
{
    /// <summary>How long an upload that nobody goes on with is kept; docker-registry's default.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromHours(168);

    private readonly ConcurrentDictionary<Guid, UploadSession> _sessions = new();

    /// <summary>Starts an upload.</summary>
    public UploadSession Start(string name)
    {
        Guid id = Guid.NewGuid();
        string folder = layout.Upload(name, id);
        Directory.CreateDirectory(folder);

        // docker-registry clears uploads away by this file's date.
        string now = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        File.WriteAllBytes(Path.Combine(folder, "startedat"), Encoding.ASCII.GetBytes(now));
        using (File.OpenHandle(DataPath(name, id), FileMode.CreateNew, FileAccess.Write))
        {
        }

        return _sessions[id] = new UploadSession(name, id, DataPath(name, id));
    }

    /// <summary>Finds an upload of a repository.</summary>
    /// <returns>Null when there is none, or it has ended.</returns>
    public UploadSession? Find(string name, string id)
    {
        if (!Guid.TryParseExact(id, "D", out Guid guid))
            return null;
        if (!_sessions.TryGetValue(guid, out UploadSession? session))
        {
            if (!File.Exists(DataPath(name, guid)))
                return null;
            session = _sessions.GetOrAdd(guid, new UploadSession(name, guid, DataPath(name, guid)));
        }

        return session.Name == name && !session.IsClosed ? session : null;
    }

    /// <summary>Makes a finished upload a blob. The caller holds the turn.</summary>
    /// <returns>False when the bytes do not have that digest; the upload is gone then, too.</returns>
    public async Task<bool> TryFinishAsync(UploadSession session, Digest digest, CancellationToken cancellationToken)
    {
        bool matches = await session.HasDigestAsync(digest, cancellationToken);
        if (matches)
            blobs.Accept(session.Name, digest, DataPath(session.Name, session.Id));
        Remove(session);
        return matches;
    }

    /// <summary>Ends an upload and removes its bytes. The caller holds the turn.</summary>
    public void Remove(UploadSession session)
    {
        session.Close();
        _sessions.TryRemove(session.Id, out _);
        try
        {
            Directory.Delete(layout.Upload(session.Name, session.Id), recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    /// <summary>Removes uploads that were given up long ago, and files that a crash left on their way.</summary>
    public void Purge(RepositoryCatalog catalog, CancellationToken cancellationToken)
    {
        DateTime limit = DateTime.UtcNow - MaxAge;
        if (Directory.Exists(layout.Temporary))
        {
            foreach (FileInfo file in new DirectoryInfo(layout.Temporary).EnumerateFiles().Where(f => f.LastWriteTimeUtc < limit))
                file.Delete();
        }

        foreach (string folder in catalog.FoldersNamed("_uploads"))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (DirectoryInfo upload in new DirectoryInfo(folder).EnumerateDirectories())
            {
                FileInfo data = new(Path.Combine(upload.FullName, "data"));
                if ((data.Exists ? data.LastWriteTimeUtc : upload.LastWriteTimeUtc) < limit)
                    upload.Delete(recursive: true);
            }
        }
    }

    private string DataPath(string name, Guid id) => Path.Combine(layout.Upload(name, id), "data");
}
