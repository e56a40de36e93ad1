using System.Collections.Immutable;
using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Verifying;

/// <summary>Reads every part of an archive once and compares it with the list, to find those that must be written again.</summary>
/// <param name="found">The list, and the folders of the parts.</param>
internal sealed class PartsVerifier(FoundList found)
{
    private const int BufferSize = 1024 * 1024;

    /// <summary>Verifies all parts, and continues after a problem.</summary>
    /// <exception cref="AirgapException">A 3xxx code: a part cannot be read.</exception>
    public async Task<PartsVerification> VerifyAsync(CancellationToken cancellationToken)
    {
        ImmutableArray<PartResult>.Builder verdicts = ImmutableArray.CreateBuilder<PartResult>();
        foreach (PartEntry part in found.List.Parts)
            verdicts.Add(await VerifyAsync(part, verdicts.Count + 1, cancellationToken));
        return new PartsVerification(found.Archive, found.List, verdicts.ToImmutable());
    }

    private async Task<PartResult> VerifyAsync(PartEntry part, int order, CancellationToken cancellationToken)
    {
        AirgapException? first = null;
        foreach (string place in PartFinder.PlacesOf(part, found.Folders))
        {
            if (await ProblemAsync(place, part, cancellationToken) is not { } problem)
                return new PartResult(order, part, place, null);
            first ??= problem;
        }

        return new PartResult(order, part, null, (first ?? new AirgapException(
            ErrorCode.PartMissing,
            $"'{part.Name}', the {order}. of {found.List.Parts.Length} parts of '{found.Archive}', is missing.",
            $"Provide it, and {AdviceTerms.PartsIn}.")).ToDiagnostic());
    }

    private async Task<AirgapException?> ProblemAsync(string place, PartEntry part, CancellationToken cancellationToken)
    {
        Digest actual;
        try
        {
            if (PartFinder.Look(place, part, found.List) is { } why)
                return PartFinder.Unfit(place, why);
            await using FileStream file = new(
                place, new FileStreamOptions
                {
                    Mode = FileMode.Open,
                    Access = FileAccess.Read,
                    Share = FileShare.Read | FileShare.Delete,
                    BufferSize = 0,
                    Options = FileOptions.SequentialScan
                });
            actual = Digest.FromHash(
                HashAlgorithmName.SHA256,
                await CryptographicOperations.HashDataAsync(
                    HashAlgorithmName.SHA256, new BufferedStream(file, BufferSize), cancellationToken));
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e) || e is AirgapException { Code: not ErrorCode.Canceled })
        {
            // A disc that cannot be read to its end is exactly what this check should report.
            return new AirgapException(ErrorCode.PartDamaged, $"'{place}' cannot be read: {e.Message.TrimEnd('.')}.", RewriteAdvice)
            {
                Location = new SourceLocation(place)
            };
        }

        return actual == part.Digest ? null : new AirgapException(
            ErrorCode.PartDamaged, $"'{place}' is damaged: it has the digest {actual}, but the list states {part.Digest}.", RewriteAdvice)
        { Digest = part.Digest.ToString(), Location = new SourceLocation(place) };
    }

    private const string RewriteAdvice = $"Copy it again from its original location, or {AdviceTerms.RewritePart} there.";
}

/// <summary>The result of a verification of parts.</summary>
/// <param name="Archive">The archive that the parts form together.</param>
/// <param name="List">Their list.</param>
/// <param name="Parts">Each part, in its order.</param>
internal sealed record PartsVerification(string Archive, PartList List, ImmutableArray<PartResult> Parts)
{
    /// <summary>True when every part is there and has its digest.</summary>
    public bool IsRight => Parts.All(part => part.Problem is null);
}

/// <summary>The result for a part.</summary>
/// <param name="Order">Its number, from 1 on.</param>
/// <param name="Part">Its entry in the list.</param>
/// <param name="Place">The file with the right content; null for none.</param>
/// <param name="Problem">What is wrong; null for nothing.</param>
internal sealed record PartResult(int Order, PartEntry Part, string? Place, Diagnostic? Problem);
