using System.Collections.Immutable;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Plans.Deltas;

/// <summary>A base of a new archive, as identified from a user's text.</summary>
internal abstract record DeltaSource
{
    private DeltaSource()
    {
    }

    /// <summary>An earlier archive, full or delta, in any format.</summary>
    public sealed record Archive(string Path) : DeltaSource;

    /// <summary>A receipt file.</summary>
    public sealed record Receipt(string Path) : DeltaSource;

    /// <summary>Content that a file names by digest.</summary>
    /// <param name="Kind">One of <see cref="DeltaBaseKinds"/>.</param>
    /// <param name="Path">The file.</param>
    /// <param name="Roots">The bundles and images that it names.</param>
    public sealed record Named(string Kind, string Path, ImmutableArray<NamedRoot> Roots) : DeltaSource;

    /// <summary>A repository, which is queried for each blob.</summary>
    public sealed record Repository(RepositoryName Name) : DeltaSource;
}

/// <summary>A bundle or image that a file names.</summary>
/// <param name="Places">Possible locations, by digest or tag; the first that has it is used.</param>
internal sealed record NamedRoot(ImmutableArray<ImageReference> Places);
