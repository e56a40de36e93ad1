using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Archives.Receipts;

/// <summary>
/// The content of a destination, as an import sent it or the registry reported it: the base of the next delta. Its short form has the
/// roots and one hash over the digests, short enough to type or scan; its long form also has the digests. Not signed.
/// </summary>
/// <param name="Time">The end time of the import, in UTC.</param>
/// <param name="Tool">The version that wrote it.</param>
/// <param name="Places">The content of each repository.</param>
internal sealed record Receipt(DateTimeOffset Time, string Tool, ImmutableArray<ReceiptRepository> Places)
{
    /// <summary>
    /// The number of items of the publish that did not arrive completely: what is listed is there, but more belongs there.
    /// </summary>
    public int Incomplete { get; init; }

    /// <summary>The written version, and the highest readable one.</summary>
    public const int Version = 1;

    /// <summary>The maximum size to read: more than a million digests.</summary>
    public const int MaxBytes = 128 * 1024 * 1024;

    /// <summary>True for JSON that begins as every receipt does.</summary>
    public static bool IsOne(ReadOnlySpan<byte> json)
    {
        // The field comes first, so that the beginning identifies a receipt.
        ReadOnlySpan<byte> rest = json.TrimStart(" \t\r\n"u8);
        if (!rest.StartsWith("{"u8))
            return false;
        return rest[1..].TrimStart(" \t\r\n"u8).StartsWith("\"airgapReceipt\""u8);
    }
}

/// <summary>The verified content of one repository.</summary>
/// <param name="Repository">The repository.</param>
/// <param name="Sets">The sets of the imported archives; empty if it was filled from a registry.</param>
/// <param name="Roots">The requested items at their origin, by digest.</param>
/// <param name="Count">The number of digests.</param>
/// <param name="Hash">The hash over the digests (<see cref="HashOf"/>).</param>
/// <param name="Digests">Manifests, configs and layers, ascending; null in the short form.</param>
internal sealed record ReceiptRepository(
    RepositoryName Repository, ImmutableArray<Digest> Sets, ImmutableArray<ImageReference> Roots, int Count, Digest Hash,
    ImmutableArray<Digest>? Digests)
{
    /// <summary>
    /// The tags that the run set for its roots, with their digests; null if unknown: in the short form and in older receipts.
    /// </summary>
    public ImmutableSortedDictionary<string, Digest>? Tags { get; init; }

    /// <summary>The SHA-256 of the digests, ascending, each on its own line.</summary>
    public static Digest HashOf(IEnumerable<Digest> digests)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Digest digest in digests.Distinct().Order())
            hash.AppendData(Encoding.ASCII.GetBytes($"{digest}\n"));
        return Digest.FromHash(HashAlgorithmName.SHA256, hash.GetHashAndReset());
    }
}
