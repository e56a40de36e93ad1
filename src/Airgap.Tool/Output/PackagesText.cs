using System.Globalization;
using System.Text;
using Airgap.Publishing.Reporting.Html;
using Airgap.Tool.Running;
using Airgap.Transfer.Describing;
using Airgap.Transfer.Files;

namespace Airgap.Tool.Output;

/// <summary>Shows the packages of a package repository.</summary>
internal static class PackagesText
{
    /// <summary>Shows them as a table, and in the report.</summary>
    public static void Show(Session session, PackageListing listing)
    {
        session.Report.Reference = listing.Reference;
        session.Report.Packages = [.. listing.Packages.Select(ReportPackage.Of)];
        session.WriteTable(new Table(
            "Packages",
            "packages",
            [new("name", "Name"), new("version", "Version"), new("released", "Released"), new("images", "Images"), new("size", "Size"),
                new("shared", "Shared")],
            [
                .. listing.Packages.Select(package => new[]
                {
                    package.Name, package.Version, Day(package.ReleasedAt), package.Images.ToString(CultureInfo.InvariantCulture),
                        ByteSize.Format(package.Size), ByteSize.Format(package.Shared),
                }),
            ]));
        foreach (string opaque in listing.Opaque)
            session.WriteResult($"Not examined: {opaque}.");
        session.WriteLine("");
        session.WriteLine("Succeeded");
    }

    /// <summary>Writes the packages as a page.</summary>
    /// <exception cref="Airgap.Oci.AirgapException">3xxx: the file.</exception>
    public static async Task WritePageAsync(string? path, PackageListing listing, Session session, CancellationToken cancellationToken)
    {
        if (path is null)
            return;
        await AtomicFile.WriteAsync(path, Encoding.UTF8.GetBytes(PackagesHtml.Write(listing)), mode: null, cancellationToken);
        (session.Report.Files ??= []).Add(new ReportFile(path, "page"));
    }

    private static string Day(string? released) =>
        DateTimeOffset.TryParse(released, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : released ?? "";
}
