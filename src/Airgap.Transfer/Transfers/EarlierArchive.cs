using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Layouts;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// Content that earlier runs left under an archive's name, or next to it. None of it is trusted before it is hashed.
/// </summary>
internal sealed class EarlierArchive(ArchiveLayout layout, ITransferObserver observer)
{
    private const int MostHashed = 4;

    /// <summary>True when a file is exactly the archive of this layout, with every layer hashed.</summary>
    public async Task<bool> IsWholeAsync(ArchiveFile archive, CancellationToken cancellationToken)
    {
        string file = archive.Path;
        try
        {
            if (!archive.IsSplit && !File.Exists(file))
                return false;
            using ArchiveBytes bytes = archive.Open();
            return bytes.Length == layout.Length && await LayoutMatch.IsWholeAsync(layout, bytes, cancellationToken)
                && await AreWholeAsync(bytes, file, cancellationToken);
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            observer.Detail($"'{file}' cannot be read: {e.Message}");
            return false;
        }
    }

    // Hashing occupies a processor, and reading one disk occupies only a few.
    private async Task<bool> AreWholeAsync(ArchiveBytes bytes, string file, CancellationToken cancellationToken)
    {
        bool areWhole = true;
        await Parallel.ForEachAsync(
            layout.Layers.OrderByDescending(layer => layer.Blob.Descriptor.Size),
            new ParallelOptions
            {
                MaxDegreeOfParallelism = Math.Min(Environment.ProcessorCount, MostHashed),
                CancellationToken = cancellationToken
            },
            async (layer, token) =>
            {
                if (!Volatile.Read(ref areWhole))
                    return;
                using PartialLayer? there = await PartialLayer.ReadAsync(bytes, layer, token);
                if (there is { IsWhole: true })
                    return;
                observer.Detail($"{layer.Blob.Descriptor.Digest} is not complete in '{file}'.");
                Volatile.Write(ref areWhole, false);
            });
        return areWhole;
    }

    /// <summary>The layers that files claim to contain, to be verified while they are copied.</summary>
    public async Task<IReadOnlyDictionary<Digest, IBlobContent>> FindLayersAsync(
        IEnumerable<ArchiveFile> files, CancellationToken cancellationToken)
    {
        Dictionary<Digest, IBlobContent> found = [];
        foreach (ArchiveFile file in files.Where(file => file.IsSplit || File.Exists(file.Path)))
        {
            try
            {
                using ArchiveBytes handle = file.Open();
                // Both formats have the same layers.
                Dictionary<Digest, ArchiveEntry> entries = [];
                foreach (ArchiveEntry entry in TarIndex.Read(handle))
                {
                    if ((ArchiveLayout.DigestOf(entry.Name) ?? LayoutNames.DigestOf(entry.Name)) is { } digest)
                        entries.TryAdd(digest, entry);
                }

                foreach (ArchiveLayer layer in layout.Layers)
                {
                    Descriptor descriptor = layer.Blob.Descriptor;
                    if (entries.TryGetValue(descriptor.Digest, out ArchiveEntry entry) && entry.Size == descriptor.Size
                        && await PartialLayer.ReachesTheEndAsync(handle, entry, cancellationToken))
                        found.TryAdd(descriptor.Digest, new ArchiveBlobContent(file, descriptor, entry.Offset));
                }
            }
            catch (Exception e) when (e is InvalidDataException || IsUnreadable(e))
            {
                observer.Detail($"'{file.Path}' is not an archive to reuse: {e.Message}");
            }
        }

        return found;
    }

    // A part may also have changed since it was found, which is an error with a code.
    private static bool IsUnreadable(Exception e) => IoFailures.IsIoFailure(e) || e is AirgapException { Code: not ErrorCode.Canceled };
}
