using System.Collections.Immutable;

namespace Airgap.Oci.Content;

/// <summary>The manifests that are attached to another (its referrers).</summary>
/// <param name="Manifests">Their descriptors, each once. A listed manifest may no longer exist.</param>
/// <param name="FromApi">True when the registry maintains the list; false when clients maintain it under
/// <see cref="FallbackTag"/>.</param>
/// <remarks>Source: OCI distribution specification 1.1, "Listing Referrers" and "Referrers Tag Schema".</remarks>
internal sealed record ReferrerList(ImmutableArray<Descriptor> Manifests, bool FromApi)
{
    /// <summary>
    /// The tag of the index that lists a manifest's referrers if the registry does not: <c>sha256-HEX</c>, at most 64
    /// digits.
    /// </summary>
    public static string FallbackTag(Digest subject) =>
        $"{subject.Algorithm}-{(subject.Hex.Length > 64 ? subject.Hex[..64] : subject.Hex)}";

    /// <summary>
    /// True if the registry returned the first page or pages but failed for an announced further page.
    /// </summary>
    internal bool IsPartial { get; init; }

    /// <summary>The same list, plus the referrers that only the clients' list names.</summary>
    internal ReferrerList And(Manifest? index) => this with
    {
        Manifests = [.. Manifests.Concat(Fallback(index).Manifests).DistinctBy(descriptor => descriptor.Digest)]
    };

    /// <summary>The list that clients maintain.</summary>
    /// <param name="index">The index under <see cref="FallbackTag"/>; null when there is none.</param>
    internal static ReferrerList Fallback(Manifest? index) =>
        new(index is not { IsIndex: true } ? [] : [.. index.Manifests.DistinctBy(descriptor => descriptor.Digest)], FromApi: false);
}
