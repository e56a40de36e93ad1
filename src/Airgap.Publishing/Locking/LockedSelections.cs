using System.Collections.Concurrent;
using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Deriving;

namespace Airgap.Publishing.Locking;

/// <summary>Pins what is chosen of bundles: the choice, and the digest of the bundle that is derived by it.</summary>
internal static class LockedSelections
{
    /// <summary>Stands between the reference and the choice.</summary>
    public const string Between = " | ";

    /// <summary>
    /// The key of a declaration's entry, such as <c>HOST/PATH:TAG | platforms linux/amd64</c>; null where the bundle goes along whole.
    /// </summary>
    public static string? KeyOf(Declaration declaration) =>
        declaration is { Item: { Kind: PublishItemKind.Bundle, IsProduced: false }, Selection.IsEmpty: false, Reference: { } reference }
            ? $"{reference}{Between}{declaration.Selection}"
            : null;

    /// <summary>Derives the bundles of which the digest is to be locked. Each is read, and none of what is left out of it.</summary>
    /// <param name="declarations">The items, their tags pinned.</param>
    /// <param name="registry">The source registries.</param>
    /// <param name="concurrency">Concurrent requests.</param>
    /// <param name="problems">Takes what failed.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The digests of the derived bundles, by key.</returns>
    public static async Task<IReadOnlyDictionary<string, Digest>> DeriveAsync(
        IEnumerable<Declaration> declarations,
        IRegistry registry,
        int concurrency,
        ImmutableArray<Diagnostic>.Builder problems,
        CancellationToken cancellationToken)
    {
        ConcurrentDictionary<string, Digest> derived = new(StringComparer.Ordinal);
        foreach (Declaration declaration in declarations.DistinctBy(KeyOf))
        {
            ImageReference reference = declaration.Reference!;
            using Deriver deriver = new(registry, declaration.Selection, observer: null, concurrency);
            try
            {
                using Derivation derivation = await deriver.DeriveAsync(
                    reference.Digest is null && declaration.Pin is { } pin ? reference.WithDigest(pin) : reference,
                    declaration.Tag, cancellationToken);
                derived[KeyOf(declaration)!] = derivation.Digest;
            }
            catch (AirgapException e) when (e.Code != ErrorCode.Canceled)
            {
                Diagnostic failure = e.ToDiagnostic();
                problems.Add(failure with { Location = failure.Location ?? declaration.Item.Location });
            }
        }

        return derived;
    }

    /// <summary>What is said where a bundle comes out otherwise than it is locked; null where it does not.</summary>
    /// <param name="declaration">The item.</param>
    /// <param name="derived">What is derived now.</param>
    /// <param name="lockFile">Full path of the lock.</param>
    public static Diagnostic? FindDrift(Declaration declaration, Digest derived, string lockFile) =>
        declaration.DerivedPin is not { } pinned || pinned == derived ? null : declaration.Item.Problem(
            ErrorCode.DerivedMoved,
            $"What is derived of {declaration.Reference} by {declaration.Selection} is {derived}, and {lockFile} pins {pinned}: "
            + "the lock was written by another release, or changed by hand.",
            "Have the new digest reviewed in a lock written with " +
            $"{PropertyNames.UpdateLock}=true, or publish with the release that wrote the lock.");
}
