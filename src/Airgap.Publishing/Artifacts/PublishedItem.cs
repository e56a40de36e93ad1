using System.Collections.Immutable;
using Airgap.Oci.Content;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Trusting;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Artifacts;

/// <summary>The outcome for one item.</summary>
/// <param name="Item">The item.</param>
/// <param name="Result">The relocation. With an archive as destination and a known registry, its items give their
/// future references there.</param>
/// <param name="Files">Artifacts written for it, full paths.</param>
internal sealed record PublishedItem(PublishItem Item, TransferResult Result, ImmutableArray<PublishedFile> Files)
{
    /// <summary>The images whose signatures were verified and accepted; null if no signature is required.</summary>
    public ImmutableArray<TrustedImage>? Signatures { get; init; }

    /// <summary>The content that a derived bundle omits.</summary>
    public DerivedReport? Derived { get; init; }

    /// <summary>Present when nothing moved, copied when any bytes were sent, else mounted.</summary>
    public BlobOutcome Outcome =>
        Result.IsUpToDate ? BlobOutcome.Present
        : Result.Everywhere.SelectMany(result => result.Items).Any(item => item.Outcome == BlobOutcome.Copied) ? BlobOutcome.Copied
        : BlobOutcome.Mounted;
}
