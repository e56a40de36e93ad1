using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Oci.Wire;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Sessions;

/// <summary>
/// One upload in progress, in two files: its state, which is replaced atomically, and a lock, which the system releases
/// when the process ends, however it ends.
/// </summary>
internal sealed class UploadSessionFile : IUploadSessionSlot
{
    private const int MostBytes = 64 * 1024;

    private readonly string _key;
    private readonly string _path;
    private readonly string _lockPath;
    private readonly TimeProvider _clock;
    private readonly FileLock _lock;

    private UploadSessionFile(string path, string key, TimeProvider clock, FileLock taken)
    {
        _key = key;
        _clock = clock;
        _path = path + ".json";
        _lockPath = LockPathOf(path);
        _lock = taken;
        Saved = Read();
    }

    /// <summary>Takes the lock.</summary>
    /// <param name="path">The path, without the files' extensions.</param>
    /// <param name="key">Repository and digest, which the file must match.</param>
    /// <param name="clock">The clock for the file's age.</param>
    /// <returns>Null when another upload has it.</returns>
    /// <exception cref="IOException">It cannot be taken, or another of the file system's exceptions.</exception>
    public static UploadSessionFile? TryOpen(string path, string key, TimeProvider clock) =>
        FileLock.TryTake(LockPathOf(path), OwnFile.Private) is { } taken ? new UploadSessionFile(path, key, clock, taken) : null;

    public SavedUpload? Saved { get; }

    public async ValueTask SaveAsync(SavedUpload upload, CancellationToken cancellationToken)
    {
        UploadSessionDocument document = new(_key, upload.Location.AbsoluteUri, upload.Offset, _clock.GetUtcNow());
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(document, UploadSessionJson.Default.UploadSessionDocument);
        try
        {
            await AtomicFile.WriteAsync(_path, json, AtomicFile.OwnerOnly, cancellationToken);
        }
        catch (AirgapException)
        {
            // For example a full disk. The upload itself needs no file.
        }
    }

    public void Clear() => TryDelete(_path);

    public void Dispose()
    {
        if (OperatingSystem.IsWindows())
        {
            _lock.Dispose();
            TryDelete(_lockPath);
            return;
        }

        // Deleted while locked, so that no other process's file is deleted.
        TryDelete(_lockPath);
        _lock.Dispose();
    }

    private static string LockPathOf(string path) => path + ".lock";

    private SavedUpload? Read()
    {
        try
        {
            using FileStream? file = OwnFile.Open(_path, FileAccess.Read);
            if (file is null || file.Length > MostBytes)
                return null;
            UploadSessionDocument? document = JsonSerializer.Deserialize(file, UploadSessionJson.Default.UploadSessionDocument);
            if (document is null || document.Blob != _key)
                return null;
            TimeSpan age = _clock.GetUtcNow() - document.Saved;
            return age < UploadSessionFiles.MaxAge && Uri.TryCreate(document.Location, UriKind.Absolute, out Uri? location)
                ? new SavedUpload(location, document.Offset)
                : null;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e) || e is JsonException or InvalidOperationException)
        {
            // A file that cannot be read counts as no file.
            return null;
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            // It will eventually be too old.
        }
    }
}
