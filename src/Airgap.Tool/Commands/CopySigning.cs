using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Publishing.Auditing;
using Airgap.Publishing.Signing;
using Airgap.Publishing.Trusting;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Trust.Signers;
using Airgap.Trust.Signing;

namespace Airgap.Tool.Commands;

/// <summary>Signing of what <c>copy</c> writes, and verification of the archive that it reads.</summary>
internal sealed class CopySigning
{
    private readonly SignFlags _sign = new();
    private readonly Option<string[]> _verify = Flag.Repeated(
        "--verify-archive", "FILE",
        "Refuse the archive unless it is signed with this key (public key, PEM), or with another key given by this flag: its hash is " +
        "computed while its blobs are copied, and no tag is set before it is verified");
    private readonly Option<string[]> _verifyBase = Flag.Repeated(
        "--verify-base", "FILE",
        "Refuse the file of --base (a receipt, a relocation.json or an archive, with its signature next to it) unless it is signed " +
        "with this key (public key, PEM), or with another key given by this flag");
    private readonly AuditFlags _trail = new();

    /// <summary>The flags.</summary>
    public IEnumerable<Option> All => [.. _sign.All, _verify, _verifyBase, .. _trail.All];

    /// <summary>Reads the key, and refuses to sign what cannot be signed, and to name a user nowhere.</summary>
    public SigningKey? ReadKey(ParseResult parsed, RelocationDestination destination, bool writesReceipt)
    {
        SigningKey? key = _sign.Read(parsed);
        try
        {
            _trail.Check(parsed, signsReceipt: key is not null && writesReceipt);
            bool signsImages = _sign.Form(parsed) is not null;
            if (signsImages && destination is RelocationDestination.Archive)
                throw new AirgapException(
                    ErrorCode.NothingToSign, "Images are signed in a registry, but the destination is an archive.",
                    "Sign them when the archive is imported, or in their source registry.");
            if (key is not null && destination is RelocationDestination.Archive archive)
                ArchiveSigner.Check(archive);
            else if (key is not null && !signsImages && !writesReceipt)
                throw new AirgapException(
                    ErrorCode.NothingToSign, "A copy to a repository writes no file that the key could sign.",
                    "Add --sign-images to sign the images there, or --receipt for a signed receipt.");
            return key;
        }
        catch
        {
            key?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Begins to verify the archive; null when no signature is required. Awaiting the result throws its failure.
    /// </summary>
    public Task<SignedBy>? Admit(ParseResult parsed, RelocationSource source, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_verify) is not { Length: > 0 } keys)
            return null;
        if (source is not RelocationSource.Archive archive)
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Flag --verify-archive can only be used when copying from an archive",
                "Omit it, or name the archive with --tar or --oci-tar.");
        ArchiveAdmission admission = ArchiveAdmission.Read(keys);
        return Task.Run(() => admission.VerifyAsync(archive, cancellationToken), cancellationToken);
    }

    /// <summary>Verifies the base of a delta.</summary>
    public async Task VerifyBasesAsync(
        ParseResult parsed, string[] bases, IReadOnlyList<string> partsIn, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_verifyBase) is not { Length: > 0 } keys)
            return;
        if (bases.Length == 0)
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Flag --verify-base can only be used with --base",
                "Omit it, or name the base of the archive with --base.");
        await BaseAdmission.VerifyAsync(bases, keys, partsIn, cancellationToken);
    }

    /// <summary>Runs a copy, and records its outcome in the log.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="request">What is copied.</param>
    /// <param name="run">Copies; receives the list to add arrived content to.</param>
    /// <param name="session">The run.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<int> LogAsync(
        ParseResult parsed, CopyRequest request, Func<List<TransferResult>, Task<int>> run, Session session,
        CancellationToken cancellationToken)
    {
        List<TransferResult> results = [];
        if (_trail.Log(parsed) is not { } log || session.IsDry)
            return await run(results);
        await AuditLog.CheckAsync(log, cancellationToken);
        UnfinishedRuns.Note note = UnfinishedRuns.Open(() => NoteAsync(AuditEntry.Interrupted));
        int exitCode;
        try
        {
            exitCode = await run(results);
        }
        catch (Exception e)
        {
            try
            {
                if (note.TryTake())
                    await NoteAsync(AuditEntry.OutcomeOf(e));
            }
            catch (AirgapException unrecorded)
            {
                // Reported beside the failure of the run, which would otherwise remain unknown.
                session.Fail(unrecorded.ToDiagnostic());
            }

            throw;
        }

        if (note.TryTake())
            await NoteAsync(exitCode == 0 ? "complete"
                : results.Count == 0 ? session.Report.Errors.Select(error => error.Code).FirstOrDefault("incomplete") : "incomplete");
        return exitCode;

        async Task NoteAsync(string outcome)
        {
            // A run that is left behind may still add to them.
            string[] roots = [.. results.ToArray().SelectMany(RelocationStatement.RootsOf)
                .Select(item => (item.Destination ?? item.Item.Source).ToString()).Distinct()];
            AuditEntry entry = new("copy", outcome, [request.Source.ToString()!], [request.Destination.ToString()!], roots,
                session.Identity.Version, _trail.Who(parsed));

            // An interrupted run is also recorded: by then the token is cancelled.
            session.Report.AuditLine = (await AuditLog.AppendAsync(log, entry, CancellationToken.None)).ToString();
        }
    }

    /// <summary>Signs the receipt with a statement in a file next to it.</summary>
    public async Task SignReceiptAsync(
        ParseResult parsed, SigningKey? key, string? receipt, IReadOnlyList<TransferResult> results, Session session,
        CancellationToken cancellationToken)
    {
        if (key is null || receipt is null)
            return;
        Digest digest = Digest.Compute(TrustRuleReader.ReadFile(receipt));
        byte[] statement = RelocationStatement.Write(
            Path.GetFileName(receipt), digest, results, session.Report.Signatures, _trail.Who(parsed), session.Identity.Version,
            relocation: default);
        string file = await SignatureFile.StateAsync(receipt, statement, key, cancellationToken);
        (session.Report.Files ??= []).Add(new ReportFile(file, "signature"));
    }

    /// <summary>Waits until the archive is verified, and reports who signed it.</summary>
    public static async Task ReportAsync(Task<SignedBy>? admission, Session session)
    {
        if (admission is null || session.Report.ArchiveSignedBy is not null)
            return;
        session.Report.ArchiveSignedBy = TrustedSigner.Of(await admission);
        session.WriteResult($"The archive is signed by {session.Report.ArchiveSignedBy}");
    }

    /// <summary>Signs the written files.</summary>
    public async Task SignAsync(
        ParseResult parsed, SigningKey? key, TransferResult result, IRegistry registry, Session session,
        CancellationToken cancellationToken)
    {
        if (key is null)
            return;
        session.Phase = "signing";
        if (result.Destination is RelocationDestination.Archive archive)
        {
            foreach (string file in await new ArchiveSigner(key, session.WriteError).SignAsync(result, archive, cancellationToken))
            {
                (session.Report.Files ??= []).Add(new ReportFile(file, "signature"));
                session.WriteResult($"Signature: {file}");
            }
        }
        else if (_sign.Form(parsed) is { } form)
        {
            session.Report.SignedImages =
                [.. session.Report.SignedImages ?? [], .. await new ImageSigner(registry, key, form).SignAsync(result, cancellationToken)];
            session.WriteResult(Summary(session.Report.SignedImages));
        }

        session.Phase = null;
    }

    private static string Summary(List<SignedImage> images)
    {
        int before = images.Count(image => !image.IsNew);
        return $"Signed {CountText.Count(images.Count - before, "image")}{(before == 0 ? "" : $"; {before} had a signature of the key already")}";
    }
}
