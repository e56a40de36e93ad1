using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Reporting;
using Airgap.Transfer.Files;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing;

/// <summary>Finds outputs of a publish that cannot be written, before the first request.</summary>
internal static class OutputProblems
{
    /// <summary>Checks all outputs.</summary>
    public static ImmutableArray<Diagnostic> Find(PublishSettings settings, IReadOnlyCollection<Declaration> declarations)
    {
        ImmutableArray<Diagnostic>.Builder problems = ImmutableArray.CreateBuilder<Diagnostic>();
        string folder = settings.FullOutputPath;
        bool hasFolder = Try(() => OutputCheck.OfFolder(folder), null)
            && Try(() => OutputCheck.OfFile(Path.Combine(folder, RelocationReportWriter.FileName), makesFolder: true), null);
        if (hasFolder)
            Try(() => OutputCheck.OfPossibleFile(Path.Combine(folder, RelocationPage.FileName), makesFolder: true), null);

        if (settings.Receipt.Length > 0)
            Try(() => ReceiptFile.Check(settings.FullPath(settings.Receipt), makesFolder: true), null);
        foreach (Declaration declaration in declarations)
        {
            Try(() => ItemBases.Of(settings, [declaration]), declaration.Item.Location);
            if (declaration.Archive is { } archive)
                Try(() => OutputCheck.OfArchive(archive, makesFolder: true), declaration.Item.Location);
            foreach (string name in hasFolder ? ItemArtifacts.ArtifactsOf(declaration) : [])
                Try(() => OutputCheck.OfPossibleFile(Path.Combine(folder, name), makesFolder: true), declaration.Item.Location);
        }

        if (problems.Count == 0)
            Try(() => OutputConflicts.Check(
                ProjectFiles.Inputs(settings, declarations), ProjectFiles.Outputs(settings, declarations)), null);
        return problems.ToImmutable();

        bool Try(Action look, SourceLocation? location)
        {
            try
            {
                look();
                return true;
            }
            catch (AirgapException e)
            {
                problems.Add(e.ToDiagnostic() with { Location = location });
                return false;
            }
        }
    }
}
