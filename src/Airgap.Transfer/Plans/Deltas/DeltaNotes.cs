using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Plans.Deltas;

/// <summary>A delta archive's description of itself: its bases, and the layers it requires from them.</summary>
/// <param name="Bases">Its bases and their bases, if they supply required layers.</param>
/// <param name="Required">The layers of its images that it does not contain, in ascending order of digest.</param>
internal sealed record DeltaNotes(ImmutableArray<DeltaBase> Bases, ImmutableArray<RequiredLayer> Required)
{
    /// <summary>Size of the required layers, in bytes.</summary>
    public long RequiredBytes => Required.Sum(layer => layer.Size);

    /// <summary>The base that contains a required layer.</summary>
    public DeltaBase BaseOf(RequiredLayer layer) => Bases[layer.Base];
}

/// <summary>A layer that a delta requires from a base.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Image">One of the images of the delta that have it, by digest.</param>
/// <param name="Base">The index of its base in <see cref="DeltaNotes.Bases"/>.</param>
internal sealed record RequiredLayer(Digest Digest, long Size, ImageReference Image, int Base);

/// <summary>A base of a delta.</summary>
/// <param name="Kind">One of <see cref="DeltaBaseKinds"/>.</param>
/// <param name="Name">Its name for people: a file name without folder, or a repository.</param>
internal sealed record DeltaBase(string Kind, string Name)
{
    /// <summary>The set of an archive; null for another base.</summary>
    public Digest? Set { get; init; }

    /// <summary>The digest of an archive's list of images; null for another base.</summary>
    public Digest? Manifest { get; init; }

    /// <summary>The requested items when it was made: references by digest.</summary>
    public ImmutableArray<string> Roots { get; init; } = [];

    /// <summary>The repositories known to contain it, besides those of the roots.</summary>
    public ImmutableArray<RepositoryName> Repositories { get; init; } = [];

    /// <summary>A name for messages.</summary>
    public override string ToString() => Set is { } set ? $"'{Name}' (set {set})" : Kind == DeltaBaseKinds.Repository ? Name : $"'{Name}'";
}

/// <summary>The kinds of bases.</summary>
internal static class DeltaBaseKinds
{
    /// <summary>An archive, full or delta.</summary>
    public const string Archive = "archive";

    /// <summary>A BundleLock, an ImagesLock or a project's lock.</summary>
    public const string Lock = "lock";

    /// <summary>A relocation.json.</summary>
    public const string Relocation = "relocation";

    /// <summary>A receipt.</summary>
    public const string Receipt = "receipt";

    /// <summary>A repository, or a bundle or image in one.</summary>
    public const string Repository = "repository";

    /// <summary>All of them.</summary>
    public static ImmutableArray<string> All { get; } = [Archive, Lock, Relocation, Receipt, Repository];
}
