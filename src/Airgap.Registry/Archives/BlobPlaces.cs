using Airgap.Registry.Storage;

namespace Airgap.Registry.Archives;

/// <summary>The places of a blob in served archives. The first serves it; another does if the first archive has changed.</summary>
/// <param name="changes">Told of an archive that has changed.</param>
internal sealed class BlobPlaces(ArchiveChanges changes)
{
    private Func<StoredContent>[] _places = [];

    /// <summary>Adds a place, unless it is known.</summary>
    public void Add(Func<StoredContent> open)
    {
        if (!_places.Contains(open))
            _places = [.. _places, open];
    }

    /// <summary>Opens the blob.</summary>
    /// <exception cref="ArchiveChangedException">No place has it any more.</exception>
    public StoredContent Open()
    {
        foreach (Func<StoredContent> open in _places.Length > 1 ? _places : [])
        {
            StoredContent? content = null;
            try
            {
                content = open();
                content.Check();
                return content;
            }
            catch (ArchiveChangedException changed)
            {
                changes.Tell(changed.Path);
                content?.Dispose();
            }
        }

        // A part of it may still be right.
        return _places[0]();
    }
}
