using Airgap.Oci;
using Airgap.Publishing.Trusting;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Files;
using Airgap.Trust.Formats;
using Airgap.Trust.Signers;

namespace Airgap.Publishing.Signing;

/// <summary>
/// Verifies the signatures of a delta's bases: for a receipt or relocation.json the statement next to it, for an
/// archive its signature.
/// </summary>
internal static class BaseAdmission
{
    private const int MaxDocument = 128 * 1024 * 1024;

    /// <summary>Verifies each base.</summary>
    /// <param name="bases">The bases, as the user names them.</param>
    /// <param name="keys">PEM files of public keys, one of which must have signed.</param>
    /// <param name="partsIn">Folders with parts of archives.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ArchiveSignature"/>: one is not signed;
    /// <see cref="ErrorCode.InvalidTrustKey"/>; 3xxx: a file.</exception>
    public static async Task VerifyAsync(
        IEnumerable<string> bases, IReadOnlyList<string> keys, IReadOnlyList<string> partsIn, CancellationToken cancellationToken)
    {
        List<Signer> signers = [.. keys.Select(TrustRuleReader.ReadKey)];
        foreach (string name in bases)
        {
            if (!File.Exists(name) && !FoundList.Lies(name, partsIn))
                throw SignatureFile.Refusal($"The base '{name}' is not a file, so no signature proves its content.", name);
            if (IsDocument(name))
                SignatureFile.Verify(name,
                    SignedBytes.Of(WholeFile.Read(
                        name, MaxDocument, why => SignatureFile.Refusal($"'{name}' cannot be read: {why}.", name))), signers,
                    RelocationStatement.PredicateType);
            else
                await new ArchiveAdmission(signers).VerifyAsync(name, partsIn, cancellationToken);
        }
    }

    private static bool IsDocument(string name)
    {
        if (!File.Exists(name) || PartName.ArchiveOfList(name) is not null)
            return false;
        string end = Path.GetExtension(name);
        return end.Equals(".json", StringComparison.OrdinalIgnoreCase) || end.Equals(".yml", StringComparison.OrdinalIgnoreCase)
            || end.Equals(".yaml", StringComparison.OrdinalIgnoreCase);
    }
}
