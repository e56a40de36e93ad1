using System.Collections.Immutable;
using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Publishing;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;
using Airgap.Transfer.Transfers;

namespace Airgap.Tool.Commands;

/// <summary>
/// The flags of <c>copy</c> about deltas: the bases of a delta, the repositories to mount layers from, and the receipt
/// of an import.
/// </summary>
internal sealed class CopyDeltaFlags
{
    private readonly Option<string[]> _base = Flag.Repeated(
        "--base", "BASE",
        "Base of the archive, which becomes a delta: it omits every layer that this earlier archive, lock, relocation.json, receipt or " +
        "repository " +
        "contains or names");

    private readonly Option<string[]> _mountFrom = Flag.Repeated(
        "--mount-from", "REPOSITORY",
        "Repository of the destination's registry with layers that a delta requires, besides the repositories that the delta names");

    private readonly Option<string?> _receipt =
        Flag.Text("--receipt", "FILE", "Receipt to write about the content of the repository: the base of the next delta");
    private readonly Option<string> _form = Flag.Choice(
        "--receipt-form", "Form of the receipt: every digest, or one hash over them, short enough to type or scan",
        "long", "long", "short");

    /// <summary>The flags.</summary>
    public IEnumerable<Option> All => [_base, _mountFrom, _receipt, _form];

    /// <summary>True when a receipt is requested.</summary>
    public bool HasReceipt(ParseResult parsed) => parsed.GetText(_receipt) is not null;

    /// <summary>Checks the flags against the copy, and checks that the receipt can be written.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.IncompatibleOptions"/>,
    /// <see cref="ErrorCode.ReceiptNotOurs"/>, or a 3xxx code of the receipt's path.</exception>
    public void Check(ParseResult parsed, CopyRequest request)
    {
        bool toRepository = request.Destination is RelocationDestination.Repository;
        if (parsed.GetValue(_base) is { Length: > 0 }
            && request.Destination is not RelocationDestination.Archive { Format: not ArchiveFormat.LayoutFolder })
        {
            throw new AirgapException(
                ErrorCode.IncompatibleOptions,
                "Flag --base can only be used when copying to tar",
                "Omit it: a copy to a repository or a layout's folder never writes existing content again.");
        }

        if (parsed.GetValue(_mountFrom) is { Length: > 0 } && (!toRepository || request.Source is not RelocationSource.Archive))
            throw new AirgapException(
                ErrorCode.IncompatibleOptions,
                "Flag --mount-from can only be used when copying an archive to a repository", "Omit it.");
        foreach (RepositoryName place in MountFrom(parsed))
        {
            if (request.Destination is RelocationDestination.Repository { Name: var name } && place.Registry != name.Registry)
                throw new AirgapException(
                    ErrorCode.IncompatibleOptions,
                    $"{place} is not in the registry {name.Registry}, and layers are mounted within one registry.",
                    "Name a repository of the destination's registry.");
        }

        if (parsed.GetText(_receipt) is not { } receipt)
        {
            if (parsed.GetResult(_form) is { Implicit: false })
                throw new AirgapException(
                    ErrorCode.IncompatibleOptions, "Flag --receipt-form can only be used with --receipt", "Name the file to write.");
            return;
        }

        if (!toRepository)
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Flag --receipt can only be used when copying to a repository",
                "A receipt states what a registry contains: write it when the archive is imported.");
        ReceiptFile.Check(receipt);
    }

    /// <summary>The bases of the archive.</summary>
    /// <exception cref="AirgapException">As <see cref="BaseFinder.Find"/>, and <see cref="ErrorCode.BaseIsOutput"/>.</exception>
    public ImmutableArray<DeltaSource> Bases(ParseResult parsed, CopyRequest request)
    {
        BaseFinder finder = new([request.Source], request.Selection.Sparse);
        ImmutableArray<DeltaSource> bases = [.. (parsed.GetValue(_base) ?? []).Select(finder.Find)];
        if (bases.Length > 0 && request.Destination is RelocationDestination.Archive archive)
            OutputConflicts.Check(bases.OfType<DeltaSource.Archive>().Select(known => known.Path), archive.Path);
        return bases;
    }

    /// <summary>The bases of the archive, as typed.</summary>
    public string[] BaseNames(ParseResult parsed) => parsed.GetValue(_base) ?? [];

    /// <summary>The repositories to mount from.</summary>
    public ImmutableArray<RepositoryName> MountFrom(ParseResult parsed) =>
        [.. (parsed.GetValue(_mountFrom) ?? []).Select(RepositoryName.Parse)];

    /// <summary>Writes the requested receipt of everything that was copied.</summary>
    /// <returns>Its path; null when none was requested.</returns>
    public async Task<string?> WriteReceiptAsync(
        ParseResult parsed, IReadOnlyList<TransferResult> results, Session session, CancellationToken cancellationToken)
    {
        if (parsed.GetText(_receipt) is not { } receipt)
            return null;
        await ReceiptFile.WriteAsync(receipt, results, session.Identity.Version, parsed.GetValue(_form) == "short", cancellationToken);
        (session.Report.Files ??= []).Add(new ReportFile(receipt, "receipt"));
        return receipt;
    }
}
