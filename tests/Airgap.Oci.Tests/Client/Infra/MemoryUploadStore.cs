using System.Collections.Concurrent;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Tests.Client.Infra;

/// <summary>A store of uploads that survives its client, but not the test.</summary>
internal sealed class MemoryUploadStore : IUploadSessionStore
{
    public ConcurrentDictionary<string, SavedUpload> Saved { get; } = new();

    public int Opened { get; private set; }

    public ValueTask<IUploadSessionSlot?> OpenAsync(RepositoryName repository, Digest digest, CancellationToken cancellationToken)
    {
        Opened++;
        return ValueTask.FromResult<IUploadSessionSlot?>(new Slot(this, $"{repository}@{digest}"));
    }

    private sealed class Slot(MemoryUploadStore store, string key) : IUploadSessionSlot
    {
        public SavedUpload? Saved => store.Saved.GetValueOrDefault(key);

        public ValueTask SaveAsync(SavedUpload upload, CancellationToken cancellationToken)
        {
            store.Saved[key] = upload;
            return ValueTask.CompletedTask;
        }

        public void Clear() => store.Saved.TryRemove(key, out _);

        public void Dispose()
        {
        }
    }
}
