using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Files;
using Airgap.Transfer.Keeping;

namespace Airgap.Publishing.Reporting;

/// <summary>Reads the content of a repository from a <c>relocation.json</c>.</summary>
internal static class KeptRelocation
{
    private const int MaxBytes = 256 * 1024 * 1024;

    private static readonly RelocationReportJson s_json = new(Artifacts.ArtifactJson.CreateOptions());

    /// <summary>Reads the images relocated to a repository; empty if there are none.</summary>
    /// <param name="path">The report.</param>
    /// <param name="repository">The repository.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRelocationReport"/>,
    /// <see cref="ErrorCode.IncompleteRelocationReport"/>, or a 3xxx code of the file.</exception>
    public static IReadOnlyList<KeptRoot> Read(string path, RepositoryName repository)
    {
        RelocationReport report = Parse(path);
        if (report.SchemaVersion != 1)
            throw Invalid(path, $"it is of version {report.SchemaVersion}, but this release reads version 1");
        if (report.Errors is { IsEmpty: false } errors)
            throw new AirgapException(
                ErrorCode.IncompleteRelocationReport,
                $"'{path}' is the report of a publish with {(errors.Length == 1 ? "a failure" : $"{errors.Length} failures")}, so it does " +
                "not list all that the project keeps there.",
                "Publish again until every item is complete, or name the project itself.")
            { Location = new SourceLocation(path), Reference = repository.ToString() };
        List<KeptRoot> roots = [];
        foreach (ReportItem item in report.Items.IsDefault ? throw Invalid(path, "it lists no items") : report.Items)
        {
            foreach (ReportImage image in item.Images.IsDefault ? [] : item.Images)
            {
                if (image.Destination is { } destination && DigestIn(repository, destination, path) is { } digest)
                    roots.Add(new KeptRoot(digest, path)
                    {
                        IsListedWhole = true,
                        Tag = item.Tag is { } tag && item.Digest == image.Digest && image.Tags?.Contains(tag) == true ? tag : null,
                        Tags = [.. (image.Tags ?? []).Where(ImageReference.IsTag)],
                    });

                // The report does not list the tags in a template's further repositories.
                roots.AddRange((image.AlsoAt ?? []).Select(place => DigestIn(repository, place, path)).OfType<Digest>()
                    .Select(further => new KeptRoot(further, path) { IsListedWhole = true, HasUnknownTags = true }));
            }
        }

        return roots;
    }

    // The digest of a reference to the repository; null for another repository.
    private static Digest? DigestIn(RepositoryName repository, string place, string path) =>
        ImageReference.TryParse(place, out ImageReference? at, out _) && at.Digest is { } digest
            ? at.Repository == repository ? digest : null
            : throw Invalid(path, $"'{Printable.Line(place)}' is not a reference by digest");

    private static RelocationReport Parse(string path) => WholeFile.ReadJson(
        path, MaxBytes, s_json.RelocationReport, "the JSON that a publish writes", (why, inner) => Invalid(path, why, inner));

    private static AirgapException Invalid(string path, string why, Exception? inner = null) => new(
        ErrorCode.InvalidRelocationReport,
        $"'{path}' is not a relocation.json: {why}.",
        "Give the relocation.json of a publish, a lock file, or a project.",
        inner)
    { Location = new SourceLocation(path) };
}
