using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Kubernetes;

/// <summary>The options of a manifest, read once into values that the cluster accepts.</summary>
internal sealed record PackageRepositorySpec
{
    private const decimal ShortestSyncPeriod = 30e9m;

    public required string Name { get; init; }

    public required string? Namespace { get; init; }

    public required string ApiVersion { get; init; }

    public required string Image { get; init; }

    public required bool IsUnpinned { get; init; }

    public required string? Constraints { get; init; }

    /// <summary>True when a content tag contains the digest.</summary>
    public required bool IsContentTag { get; init; }

    /// <summary>Null for none, empty for all.</summary>
    public required string[]? Prereleases { get; init; }

    public required string? SyncPeriod { get; init; }

    public required bool IsSyncPeriodRaised { get; init; }

    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidKubernetesName"/>,
    /// <see cref="ErrorCode.InvalidPackageRepository"/>.</exception>
    public static PackageRepositorySpec Read(RepositoryName destination, Digest digest, string? tag, PackageRepositoryOptions options)
    {
        string? constraints = OrNull(options.TagSelection);
        if (constraints is not null && !TagConstraints.IsValid(constraints))
            throw Invalid(
                destination,
                $"'{constraints}' is not a range of versions",
                "Write constraints such as '>=1.0.0 <2.0.0' or '1.2.x', with three numbers to a version and no 'v'.");
        if (constraints is not null && options.Pinning == ReferencePinning.Tag)
            throw Invalid(
                destination,
                "both a tag and a tag selection are given",
                "Give one of them: the cluster either uses the tag or selects one.");
        decimal? period = ReadSyncPeriod(destination, OrNull(options.SyncPeriod));
        return new PackageRepositorySpec
        {
            Name = KubernetesName.RequireSubdomain(OrNull(options.Name) ?? destination.LastSegment, "the name of a PackageRepository"),
            Namespace = OrNull(options.Namespace) is { } ns
            ? KubernetesName.RequireLabel(ns, "the namespace of a PackageRepository") : null,
            ApiVersion = ReadApiVersion(destination, options.ApiVersion),
            Image = constraints is not null ? destination.ToString() : ReadImage(destination, digest, OrNull(tag), options.Pinning),
            IsUnpinned = constraints is null && options.Pinning == ReferencePinning.None,
            IsContentTag = constraints is null && options.Pinning == ReferencePinning.ContentTag,
            Constraints = constraints,
            Prereleases = ReadPrereleases(destination, OrNull(options.Prereleases), constraints),
            SyncPeriod = OrNull(options.SyncPeriod),
            IsSyncPeriodRaised = period < ShortestSyncPeriod,
        };
    }

    internal static string? OrNull(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    /// <summary>The registry of a destination that is not yet known; never shown.</summary>
    private const string Nowhere = "registry.invalid";

    internal static AirgapException Invalid(RepositoryName destination, string problem, string advice) => new(
        ErrorCode.InvalidPackageRepository,
        $"No PackageRepository can be written{(destination.Registry == Nowhere ? "" : $" for {destination}")}: {problem}.",
        advice)
    { Reference = destination.Registry == Nowhere ? null : destination.ToString() };

    private static string ReadApiVersion(RepositoryName destination, string? text) => OrNull(text) switch
    {
        null or PackageRepositoryOptions.CurrentApiVersion => PackageRepositoryOptions.CurrentApiVersion,
        PackageRepositoryOptions.OldApiVersion => PackageRepositoryOptions.OldApiVersion,
        string other => throw Invalid(
            destination, $"no cluster serves '{other}'",
            $"Omit the API version, or write {PackageRepositoryOptions.CurrentApiVersion}."),
    };

    private static string ReadImage(RepositoryName destination, Digest digest, string? tag, ReferencePinning pinning) => pinning switch
    {
        ReferencePinning.Digest => ImageReference.ByDigest(destination, digest).ToString(),
        ReferencePinning.Tag when tag is null => throw Invalid(
            destination,
            "it is to be pinned by tag but has none",
            "Give the bundle a tag, or pin it by digest."),
        ReferencePinning.Tag when !ImageReference.IsTag(tag) => throw Invalid(
            destination,
            $"'{tag}' is not a tag",
            "A tag has letters, digits, '_', '.' and '-'."),
        ReferencePinning.Tag => ImageReference.ByTag(destination, tag).ToString(),
        ReferencePinning.ContentTag when ContentTagOf(digest) is var content => ImageReference.IsTag(content)
            ? ImageReference.ByTag(destination, content).ToString()
            : throw Invalid(destination, $"a content tag for {digest} is longer than tags may be", "Pin it by digest or by tag."),
        _ => destination.ToString(),
    };

    // The tag that a relocation sets for every image.
    private static string ContentTagOf(Digest digest) => Bundles.ContentTag.Of(digest);

    private static string[]? ReadPrereleases(RepositoryName destination, string? text, string? constraints)
    {
        if (text is null)
            return null;
        if (constraints is null)
            throw Invalid(
                destination,
                "pre-releases are given without a tag selection",
                "Also give the versions to select from, or omit the pre-releases.");
        if (text == "*")
            return [];
        return TagConstraints.ParsePrereleases(text)
            ?? throw Invalid(
                destination,
                $"'{text}' is not a list of pre-releases",
                "Write '*' for all, or identifiers such as 'beta, rc'.");
    }

    private static decimal? ReadSyncPeriod(RepositoryName destination, string? text)
    {
        if (text is null)
            return null;
        return GoDuration.TryParse(text, out decimal nanoseconds) && nanoseconds >= 0
            ? nanoseconds
            : throw Invalid(destination, $"'{text}' is not a sync period", "Write a duration such as 30s, 10m or 1h30m.");
    }
}
