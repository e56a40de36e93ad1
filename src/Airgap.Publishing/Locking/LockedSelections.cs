using System.Collections.Concurrent;
using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Deriving;

namespace Airgap.Publishing.Locking;

/// <summary>Pins the selections from bundles: each selection, and the digest of the bundle derived by it.</summary>
internal static class LockedSelections
{
    /// <summary>The separator between the reference and the selection.</summary>
    public const string Between = " | ";

    /// <summary>
    /// The key of a declaration's entry, such as <c>HOST/PATH:TAG | platforms linux/amd64</c>; null if the whole bundle
    /// is copied.
    /// </summary>
    public static string? KeyOf(Declaration declaration) =>
        declaration is { Item: { Kind: PublishItemKind.Bundle, IsProduced: false }, Selection.IsEmpty: false, Reference: { } reference }
            ? $"{reference}{Between}{declaration.Selection}"
            : null;

    /// <summary>
    /// Derives the bundles whose digests are to be locked. Reads each bundle, but nothing that is left out of it.
    /// </summary>
    /// <param name="declarations">The items, with pinned tags.</param>
    /// <param name="registry">The source registries.</param>
    /// <param name="concurrency">The number of concurrent requests.</param>
    /// <param name="problems">Receives the failures.</param>
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

    /// <summary>The problem of a derived bundle that differs from its lock entry; null if it does not differ.</summary>
    /// <param name="declaration">The item.</param>
    /// <param name="derived">The newly derived digest.</param>
    /// <param name="lockFile">Full path of the lock.</param>
    public static Diagnostic? FindDrift(Declaration declaration, Digest derived, string lockFile) =>
        declaration.DerivedPin is not { } pinned || pinned == derived ? null : declaration.Item.Problem(
            ErrorCode.DerivedMoved,
            $"Deriving {declaration.Reference} by {declaration.Selection} gives {derived}, but {lockFile} pins {pinned}: "
            + "the lock was written by another release, or changed by hand.",
            "Have the new digest reviewed in a lock written with " +
            $"{PropertyNames.UpdateLock}=true, or publish with the release that wrote the lock.");
}
