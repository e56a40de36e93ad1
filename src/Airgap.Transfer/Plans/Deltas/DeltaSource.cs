using System.Collections.Immutable;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Plans.Deltas;

/// <summary>What a new archive is to build on, as it was found by what a user named.</summary>
internal abstract record DeltaSource
{
    private DeltaSource()
    {
    }

    /// <summary>An archive that was written before, full or delta, in any format.</summary>
    public sealed record Archive(string Path) : DeltaSource;

    /// <summary>A receipt file.</summary>
    public sealed record Receipt(string Path) : DeltaSource;

    /// <summary>What files name by digest.</summary>
    /// <param name="Kind">One of <see cref="DeltaBaseKinds"/>.</param>
    /// <param name="Path">The file.</param>
    /// <param name="Roots">The bundles and images that it names.</param>
    public sealed record Named(string Kind, string Path, ImmutableArray<NamedRoot> Roots) : DeltaSource;

    /// <summary>A repository: what it has is asked blob by blob.</summary>
    public sealed record Repository(RepositoryName Name) : DeltaSource;
}

/// <summary>A bundle or image that a file names.</summary>
/// <param name="Places">Where it may be read, by digest or tag; the first that has it counts.</param>
internal sealed record NamedRoot(ImmutableArray<ImageReference> Places);
