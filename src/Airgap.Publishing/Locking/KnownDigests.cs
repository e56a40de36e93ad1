using Airgap.Oci;

namespace Airgap.Publishing.Locking;

/// <summary>The digests of tags and selections when a plan was made, so that a later stage sends no requests for them.</summary>
/// <param name="Tags">The digests of tags, by key in the lock (<see cref="LockKeeper.KeyOf"/>).</param>
/// <param name="Derived">Those of derived bundles (<see cref="LockedSelections.KeyOf"/>).</param>
internal sealed record KnownDigests(IReadOnlyDictionary<string, Digest> Tags, IReadOnlyDictionary<string, Digest> Derived)
{
    /// <summary>The known digests of some keys.</summary>
    public static IReadOnlyDictionary<string, Digest> Of(IReadOnlyDictionary<string, Digest> known, IEnumerable<string?> keys) =>
        keys.OfType<string>().Distinct(StringComparer.Ordinal).Where(known.ContainsKey)
            .ToDictionary(key => key, key => known[key], StringComparer.Ordinal);
}
