using System.Globalization;
using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Reporting;

/// <summary>The figures of a report, computed from its tree and blobs.</summary>
/// <param name="Bundles">Distinct bundles.</param>
/// <param name="Images">The distinct images and indexes that bundles or locks pin, without bundles.</param>
/// <param name="Contents">The images with layers, each once: plain images, images of indexes (named with their index),
/// and bundles.</param>
/// <param name="DistinctBytes">Size of all blobs, each counted once.</param>
/// <param name="PlacedBytes">Size of all blobs, counted once for each destination: the sum of copied, mounted, present
/// and failed.</param>
/// <param name="SeparateBytes">Size of all blobs, counted for each image that has them: the sum of the placed and the
/// saved bytes.</param>
internal sealed record ReportNumbers(
    int Bundles, int Images, IReadOnlyList<ReportNode> Contents, long DistinctBytes, long PlacedBytes, long SeparateBytes)
{
    /// <summary>The bytes saved by sharing.</summary>
    public long SavedBytes => SeparateBytes - PlacedBytes;

    /// <summary>The bytes of a relocation that are missing at the destination.</summary>
    public long MissingBytes(ReportWork work) => Math.Max(0, PlacedBytes - work.Copied.Bytes - work.Mounted.Bytes - work.Present.Bytes);

    /// <summary>The two numbers as a sentence.</summary>
    public string Sentence => $"{Count(Images, "image")} in {Count(Bundles, "bundle")}, {ByteSize.Format(DistinctBytes)}";

    /// <summary>Computes the figures.</summary>
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
                // A platform alone does not identify an image: every index has a linux/amd64.
                ReportNode named = above?.Kind == ReportNodeKind.Index ? node with { Name = $"{above.Name} {node.Name}" } : node;
                if (!node.Blobs.IsEmpty && contents.TryAdd(digest, named))
                    order.Add(named);
            }

            foreach (ReportNode child in node.Children)
                Walk(child, node);
        }
    }

    /// <summary>A share as a whole percentage, 0 or 100 only if exact.</summary>
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

    /// <summary>Bytes per second; null if nothing was sent or the time was too short.</summary>
    public static string? Rate(ReportModel model) =>
        model is { Elapsed: { TotalSeconds: >= 0.001 } elapsed, Work.Copied.Bytes: > 0 }
            ? ByteSize.Format((long)(model.Work.Copied.Bytes / elapsed.TotalSeconds)) + "/s"
            : null;

    // A platform is named with its index, a signature with the image it signs.
    private static bool IsPinned(ReportNode node) => node is { Kind: ReportNodeKind.Image or ReportNodeKind.Index, Origin: not null };
}
