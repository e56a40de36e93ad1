using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Reporting;

/// <summary>Collects the blobs of all images of a report, each once, and counts the images that have them.</summary>
internal sealed class BlobTable
{
    private readonly Dictionary<Digest, int> _places = [];
    private readonly List<ReportBlob> _blobs = [];
    private readonly HashSet<(string Destination, Digest Image)> _counted = [];
    private readonly HashSet<(string Destination, Digest Blob)> _went = [];

    /// <summary>The indexes of an image's config and layers in the table, including those left out.</summary>
    /// <param name="image">The image.</param>
    /// <param name="destination">Its destination; the same for all images of a description.</param>
    /// <param name="outcomes">The outcomes of the blobs; null in a description.</param>
    public ImmutableArray<int> Add(PlannedManifest image, string destination, IReadOnlyDictionary<Digest, BlobOutcome>? outcomes)
    {
        HashSet<Digest> moved = [.. image.Blobs.Select(blob => blob.Digest)];
        IEnumerable<Descriptor> all = image.Manifest.Config is { } config ? [config, .. image.Manifest.Layers] : image.Manifest.Layers;
        ImmutableArray<int> places =
            [.. all.DistinctBy(blob => blob.Digest).Select(blob => Place(blob, !moved.Contains(blob.Digest), outcomes))];
        bool isNew = _counted.Add((destination, image.Manifest.Digest));
        foreach (int place in places)
        {
            ReportBlob blob = _blobs[place];
            _blobs[place] = blob with
            {
                Uses = blob.Uses + (isNew ? 1 : 0),
                Places = blob.Places + (_went.Add((destination, blob.Descriptor.Digest)) ? 1 : 0),
            };
        }

        return places;
    }

    /// <summary>The blobs.</summary>
    public ImmutableArray<ReportBlob> ToImmutable() => [.. _blobs];

    private int Place(Descriptor blob, bool isLeftOut, IReadOnlyDictionary<Digest, BlobOutcome>? outcomes)
    {
        BlobOutcome? outcome = outcomes is not null && outcomes.TryGetValue(blob.Digest, out BlobOutcome known) ? known : null;
        if (!_places.TryGetValue(blob.Digest, out int place))
        {
            place = _blobs.Count;
            _places.Add(blob.Digest, place);
            _blobs.Add(new ReportBlob(blob, outcome, isLeftOut, Uses: 0, Places: 0));
            return place;
        }

        // Another image may include a blob that this one leaves out, and a second item finds what the first has copied.
        ReportBlob before = _blobs[place];
        _blobs[place] = before with { IsLeftOut = before.IsLeftOut && isLeftOut, Outcome = Stronger(before.Outcome, outcome) };
        return place;
    }

    private static BlobOutcome? Stronger(BlobOutcome? a, BlobOutcome? b) =>
        a == BlobOutcome.Copied || b == BlobOutcome.Copied ? BlobOutcome.Copied
        : a == BlobOutcome.Mounted || b == BlobOutcome.Mounted ? BlobOutcome.Mounted
        : a ?? b;
}
