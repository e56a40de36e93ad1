using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Transfers;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Archives;

/// <summary>What an earlier run left: a finished archive, or a partial one. Nothing of it is believed before it is hashed.</summary>
internal sealed class EarlierArchive(string path, ArchiveLayout layout, ITransferObserver observer)
{
    /// <summary>True when the file that was verified last is as long as the layout says.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Hashes the layers of a file that has this very layout.</summary>
    /// <returns>The layers that are right; empty when the file is another archive, or none.</returns>
    public async Task<HashSet<Digest>> VerifyInPlaceAsync(string file, CancellationToken cancellationToken)
    {
        HashSet<Digest> good = [];
        IsComplete = false;
        if (!File.Exists(file) || !await HasThisLayoutAsync(file, cancellationToken))
            return good;
        IsComplete = new FileInfo(file).Length == layout.Length;
        foreach (ArchiveLayer layer in layout.Layers)
        {
            Descriptor descriptor = layer.Blob.Descriptor;
            try
            {
                await using Stream stream = await new ArchiveBlobContent(file, descriptor, layer.DataOffset).OpenAsync(0, cancellationToken);
                await stream.CopyToAsync(Stream.Null, cancellationToken);
                good.Add(descriptor.Digest);
            }
            catch (AirgapException e) when (e.Code == ErrorCode.ArchiveDigestMismatch)
            {
                observer.Detail($"{descriptor.Digest} is not whole in '{file}'.");
            }
        }

        return good;
    }

    /// <summary>The layers that the finished archive holds under their digests, to be verified while they are copied.</summary>
    public IReadOnlyDictionary<Digest, IBlobContent> FindLayers()
    {
        Dictionary<Digest, IBlobContent> found = [];
        if (!File.Exists(path))
            return found;
        try
        {
            using SafeFileHandle handle = File.OpenHandle(path);
            Dictionary<string, ArchiveEntry> entries = [];
            foreach (ArchiveEntry entry in TarIndex.Read(handle))
                entries.TryAdd(entry.Name, entry);
            foreach (ArchiveLayer layer in layout.Layers)
            {
                Descriptor descriptor = layer.Blob.Descriptor;
                if (entries.TryGetValue(ArchiveLayout.NameOf(descriptor.Digest), out ArchiveEntry entry) && entry.Size == descriptor.Size)
                    found.Add(descriptor.Digest, new ArchiveBlobContent(path, descriptor, entry.Offset));
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            observer.Detail($"'{path}' is no archive to reuse: {e.Message}");
        }

        return found;
    }

    private async Task<bool> HasThisLayoutAsync(string file, CancellationToken cancellationToken)
    {
        byte[] expected = [.. ArchiveLayout.HeaderOf(ArchiveLayout.ManifestName, layout.Manifest.Length), .. layout.Manifest];
        byte[] actual = new byte[expected.Length];
        try
        {
            await using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            if (await stream.ReadAtLeastAsync(actual, actual.Length, throwOnEndOfStream: false, cancellationToken) < actual.Length)
                return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            observer.Detail($"'{file}' cannot be read: {e.Message}");
            return false;
        }

        return actual.AsSpan().SequenceEqual(expected);
    }
}
