using System.Globalization;
using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Reporting;

/// <summary>The figures of a report that are reckoned from its tree and blobs.</summary>
/// <param name="Bundles">Distinct bundles.</param>
/// <param name="Images">Distinct images and indexes that bundles or locks pin; bundles do not count.</param>
/// <param name="Contents">The images that have layers of their own, each once: plain images, those of indexes (named with their index),
/// bundles.</param>
/// <param name="DistinctBytes">Length of all blobs, each once.</param>
/// <param name="PlacedBytes">Length of all blobs, once for each place they went to: what was copied, mounted, present and failed adds up to
/// it.</param>
/// <param name="SeparateBytes">Length of all blobs, for each image that has them: what was placed and what sharing saved add up to
/// it.</param>
internal sealed record ReportNumbers(
    int Bundles, int Images, IReadOnlyList<ReportNode> Contents, long DistinctBytes, long PlacedBytes, long SeparateBytes)
{
    /// <summary>What sharing saved, in bytes.</summary>
    public long SavedBytes => SeparateBytes - PlacedBytes;

    /// <summary>What of a relocation is not at its destination, in bytes.</summary>
    public long MissingBytes(ReportWork work) => Math.Max(0, PlacedBytes - work.Copied.Bytes - work.Mounted.Bytes - work.Present.Bytes);

    /// <summary>The two numbers as a sentence.</summary>
    public string Sentence => $"{Count(Images, "image")} in {Count(Bundles, "bundle")}, {ByteSize.Format(DistinctBytes)}";

    /// <summary>Reckons.</summary>
    public static ReportNumbers Of(ReportModel model)
    {
        HashSet<Digest> bundles = [];
        HashSet<Digest> images = [];
        Dictionary<Digest, ReportNode> contents = [];
        List<ReportNode> order = [];
        foreach (ReportNode root in model.Roots)
            Walk(root, above: null);

        ReportBlob[] carried = [.. model.Blobs.Where(blob => !blob.IsLeftOut)];
        return new ReportNumbers(
            bundles.Count,
            images.Count,
            order,
            carried.Sum(blob => blob.Descriptor.Size),
            carried.Sum(blob => blob.Descriptor.Size * blob.Places),
            carried.Sum(blob => blob.Descriptor.Size * blob.Uses));

        void Walk(ReportNode node, ReportNode? above)
        {
            if (node.Digest is { } digest)
            {
                if (node.Kind == ReportNodeKind.Bundle)
                    bundles.Add(digest);
                if (IsPinned(node))
                    images.Add(digest);
                // A platform alone is not a name: every index has a linux/amd64.
                ReportNode named = above?.Kind == ReportNodeKind.Index ? node with { Name = $"{above.Name} {node.Name}" } : node;
                if (!node.Blobs.IsEmpty && contents.TryAdd(digest, named))
                    order.Add(named);
            }

            foreach (ReportNode child in node.Children)
                Walk(child, node);
        }
    }

    /// <summary>A share as a whole percentage, never 0 or 100 of what is neither.</summary>
    public static string Percent(long part, long whole)
    {
        if (part <= 0 || whole <= 0)
            return "0 %";
        double share = 100.0 * part / whole;
        return part >= whole ? "100 %" : string.Create(CultureInfo.InvariantCulture, $"{Math.Clamp(Math.Round(share), 1, 99)} %");
    }

    /// <summary>A number and its noun: <c>1 image</c>, <c>1,000 images</c>.</summary>
    public static string Count(long count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {noun}{(count == 1 ? "" : "s")}");

    /// <summary>A duration for people: <c>40 ms</c>, <c>0.4 s</c>, <c>3 min 12 s</c>, <c>2 h 5 min</c>.</summary>
    public static string Duration(TimeSpan time) =>
        time.TotalSeconds < 0.1 ? string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(time.TotalMilliseconds):0} ms")
        : time.TotalSeconds < 60 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s")
        : time.TotalMinutes < 60 ? $"{(int)time.TotalMinutes} min {time.Seconds} s"
        : $"{(int)time.TotalHours} h {time.Minutes} min";

    /// <summary>Bytes a second; null where nothing was sent or the time was too short.</summary>
    public static string? Rate(ReportModel model) =>
        model is { Elapsed: { TotalSeconds: >= 0.001 } elapsed, Work.Copied.Bytes: > 0 }
            ? ByteSize.Format((long)(model.Work.Copied.Bytes / elapsed.TotalSeconds)) + "/s"
            : null;

    // A platform belongs to its index, a signature to what it signs.
    private static bool IsPinned(ReportNode node) => node is { Kind: ReportNodeKind.Image or ReportNodeKind.Index, Origin: not null };
}
