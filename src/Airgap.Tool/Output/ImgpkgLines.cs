using System.Globalization;
using Airgap.Oci;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Tool.Output;

/// <summary>The lines of imgpkg's <c>copy</c>, which pipelines match literally.</summary>
/// <remarks>Source: the recorded outputs in the fixtures, golden/lines.</remarks>
internal static class ImgpkgLines
{
    private const string Prefix = "copy | ";

    /// <summary>The lines printed when the plan is known.</summary>
    public static IEnumerable<string> Planned(TransferPlan plan, bool toArchive)
    {
        int count = plan.Items.Length;
        if (plan.Source is not RelocationSource.Archive)
        {
            yield return Line($"exporting {count} images...");
            foreach (string reference in plan.Items.Select(item => item.Source.ToString()).Order(StringComparer.Ordinal))
                yield return Line($"will export {reference}");
            yield return Line($"exported {count} images");
        }

        yield return toArchive ? Line($"writing layers...") : Line($"importing {count} images...");
    }

    /// <summary>The lines printed when an archive is written.</summary>
    public static string Written(string file, TimeSpan time) => Line($"done: file '{file}' ({GoText(time)})");

    /// <summary>The name of a layer in an archive.</summary>
    public static string LayerFile(Digest digest) => ArchiveLayout.NameOf(digest);

    /// <summary>The lines printed before the tags are written.</summary>
    public static string Tagging() => Line($"Tagging images");

    /// <summary>The lines printed for warnings.</summary>
    public static IEnumerable<string> Warnings(TransferResult result)
    {
        TransferPlan plan = result.Plan;
        if (result.Warnings.Any(warning => warning.Code == ErrorCode.NoLayersToInclude))
            yield return Line(
                $"Warning: '--include-non-distributable-layers' flag provided, but no images contained a non-distributable layer.");
        if (plan.SkippedLayers.Length > 0)
        {
            yield return Prefix
                + "Warning: Skipped the followings layer(s) due to it being non-distributable. If you would like to include " +
                "non-distributable layers, use the --include-non-distributable-layers flag";
            foreach (IGrouping<Digest?, SkippedLayer> image in plan.SkippedLayers.GroupBy(skipped => skipped.Image.Digest))
            {
                string place = result.Destination is RelocationDestination.Repository { Name: { } name }
                    ? $"{name}@{image.Key}" : image.First().Image.ToString();
                yield return Line($" - Image: {place}");
                yield return Line($"   Layers:");
                foreach (Digest layer in image.Select(skipped => skipped.Layer.Digest).Distinct())
                    yield return Line($"     - {layer}");
            }
        }
    }

    /// <summary>The lines printed at the end.</summary>
    public static IEnumerable<string> Finished() => ["", "Succeeded"];

    // A duration as Go prints it: in the largest unit with a non-zero whole part.
    private static string GoText(TimeSpan time) => time.TotalSeconds >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.######}s")
        : time.TotalMilliseconds >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.######}ms")
            : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:0.###}µs");

    private static string Line(FormattableString text) => Prefix + FormattableString.Invariant(text);
}
