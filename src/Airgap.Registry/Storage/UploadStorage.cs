using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Airgap.Oci;

namespace Airgap.Registry.Storage;

/// <summary>The uploads in progress. They survive a restart: the next process resumes those on the disk.</summary>
internal sealed class UploadStorage(StorageLayout layout, BlobStorage blobs, UploadLimits limits)
{
    private readonly ConcurrentDictionary<Guid, UploadSession> _sessions = new();

    /// <summary>Called before each write to an upload with its offset. For tests of a failing disk.</summary>
    public Action<long>? BeforeWrite { get; set; }

    /// <summary>Starts an upload. If too many are open, those that have been idle longest are removed.</summary>
    /// <returns>Null when there are still too many.</returns>
    public UploadSession? Start(string name)
    {
        if (!HasRoom() && !MakeRoom())
            return null;
        Guid id = Guid.NewGuid();
        string folder = layout.Upload(name, id);
        try
        {
            Directory.CreateDirectory(folder);

            // docker-registry clears uploads away by this file's date.
            string now = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            BeforeWrite?.Invoke(0);
            File.WriteAllBytes(Path.Combine(folder, "startedat"), Encoding.ASCII.GetBytes(now));
            using (File.OpenHandle(DataPath(name, id), FileMode.CreateNew, FileAccess.Write))
            {
            }
        }
        catch
        {
            // On a full disk, clients would leave a folder with each attempt.
            TagStorage.DeleteQuietly(folder);
            throw;
        }

        return _sessions[id] = Session(name, id);
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
            session = _sessions.GetOrAdd(guid, Session(name, guid));
        }

        // While no other request writes, its file is looked at.
        session.TryEnter()?.Dispose();
        if (session.IsClosed)
            _sessions.TryRemove(guid, out _);
        return session.Name == name && !session.IsClosed ? session : null;
    }

    /// <summary>Makes a finished upload a blob. The caller holds the lease.</summary>
    /// <returns>False when the bytes do not have that digest; the upload is also removed then.</returns>
    public async Task<bool> TryFinishAsync(UploadSession session, Digest digest, CancellationToken cancellationToken)
    {
        bool matches = await session.HasDigestAsync(digest, cancellationToken);
        if (matches)
            await blobs.AcceptAsync(session.Name, digest, DataPath(session.Name, session.Id), cancellationToken);
        Remove(session);
        return matches;
    }

    /// <summary>Ends an upload and removes its bytes. The caller holds the lease.</summary>
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

    /// <summary>Ends an upload that failed and that no client can continue.</summary>
    public void Abandon(UploadSession session)
    {
        try
        {
            using UploadLock.Lease? lease = session.TryEnter();
            if (lease is not null && !session.IsClosed)
                Remove(session);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is removed with abandoned uploads.
        }
    }

    /// <summary>Removes the uploads that are idle, so that a full disk has room for others.</summary>
    public void DropIdle()
    {
        DateTime limit = DateTime.UtcNow - limits.IdleAfter;
        foreach (UploadSession session in _sessions.Values.Where(session => session.LastUsed < limit))
            Abandon(session);
    }

    /// <summary>
    /// Finds the uploads of an earlier run, and removes long-abandoned ones and temporary files and folders left by a
    /// crash.
    /// </summary>
    public void Purge(RepositoryCatalog catalog, CancellationToken cancellationToken)
    {
        DateTime limit = DateTime.UtcNow - limits.MaxAge;
        if (Directory.Exists(layout.Temporary))
        {
            foreach (FileInfo file in new DirectoryInfo(layout.Temporary).EnumerateFiles().Where(f => f.LastWriteTimeUtc < limit))
                file.Delete();
            foreach (string folder in Directory.EnumerateDirectories(layout.Temporary, $"{StorageLayout.DeletedPrefix}*"))
                TagStorage.DeleteQuietly(folder);
        }

        foreach (string folder in catalog.FoldersNamed("_uploads"))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (DirectoryInfo upload in new DirectoryInfo(folder).EnumerateDirectories())
            {
                string name = catalog.NameOf(folder);
                if (File.Exists(Path.Combine(upload.FullName, "data")) && Guid.TryParseExact(upload.Name, "D", out Guid id))
                    _sessions.GetOrAdd(id, _ => Session(name, id));
                else if (upload.LastWriteTimeUtc < limit)
                    upload.Delete(recursive: true);
            }
        }

        foreach (UploadSession session in _sessions.Values.Where(session => session.LastUsed < limit))
            TryDrop(session, limit);
    }

    private UploadSession Session(string name, Guid id) => new(name, id, DataPath(name, id), limits.MaxBlobBytes, BeforeWrite);

    private bool HasRoom() => _sessions.Count < limits.MaxCount && _sessions.Values.Sum(session => session.Length) <= limits.MaxBytes;

    private bool MakeRoom()
    {
        DateTime limit = DateTime.UtcNow - limits.IdleAfter;
        foreach (UploadSession session in _sessions.Values.Where(session => session.LastUsed < limit).OrderBy(session => session.LastUsed))
        {
            TryDrop(session, limit);
            if (HasRoom())
                return true;
        }

        return false;
    }

    // A client may have resumed it in the meantime.
    private void TryDrop(UploadSession session, DateTime limit)
    {
        using UploadLock.Lease? lease = session.TryEnter();
        if (lease is not null && (session.IsClosed || session.LastUsed < limit))
            Remove(session);
    }

    private string DataPath(string name, Guid id) => Path.Combine(layout.Upload(name, id), "data");
}
