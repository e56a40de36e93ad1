using System.Globalization;
using System.Text;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Reporting.Html;

/// <summary>
/// Bars on one scale: the sum of the images' separate sizes, their size together, and how that was transferred.
/// </summary>
internal static class VolumeChart
{
    private const double Width = 1000;

    /// <summary>The markup.</summary>
    public static string Write(ReportModel model, ReportNumbers numbers)
    {
        (string Style, long Bytes, string Name)[] done = model.IsRelocation
            ?
            [
                ("copied", model.Work.Copied.Bytes, "copied"),
                ("mounted", model.Work.Mounted.Bytes, "mounted within the registry"),
                ("present", model.Work.Present.Bytes, "there already"),
                ("failed", numbers.MissingBytes(model.Work), "not at the destination"),
            ]
            : [];

        // If nothing moved, there is nothing to draw.
        if (model.IsRelocation && done.All(part => part.Style == "present" || part.Bytes == 0))
            return "";
        StringBuilder html = new();
        html.Append(
            "<section aria-labelledby=\"volume\">\n<h2 " +
            $"id=\"volume\">{(model.IsRelocation ? "Where the bytes went" : "What sharing saves")}</h2>\n<div class=\"bars\">\n");
        Bar(html, "Every image on its own", numbers.SeparateBytes, numbers, [("whole", numbers.SeparateBytes, "on their own")]);
        string together = numbers.PlacedBytes == numbers.DistinctBytes
            ? "Together, each layer once" : "Together, each layer once for each destination";
        Bar(html, together, numbers.PlacedBytes, numbers,
            [("together", numbers.PlacedBytes, "needed"), ("saved", numbers.SavedBytes, "saved by sharing")]);
        if (model.IsRelocation)
            Bar(html, "What this run did", numbers.PlacedBytes, numbers, done);

        html.Append("</div>\n<ul class=\"legend\">\n");
        Legend("saved", "saved by sharing", numbers.SavedBytes);
        foreach ((string style, long bytes, string name) in done)
            Legend(style, name, bytes);
        Legend("left", "left out: non-distributable", model.Blobs.Where(blob => blob.IsLeftOut).Sum(blob => blob.Descriptor.Size));
        html.Append("</ul>\n</section>\n");
        return html.ToString();

        void Legend(string style, string label, long bytes)
        {
            if (bytes > 0)
                html.Append(
                    "<li><svg width=\"12\" height=\"12\" aria-hidden=\"true\" focusable=\"false\"><rect " +
                    $"class=\"{style}\" width=\"12\" height=\"12\" rx=\"3\"/></svg>{label} <b>{ByteSize.Format(bytes)}</b></li>\n");
        }
    }

    private static void Bar(
        StringBuilder html, string label, long bytes, ReportNumbers numbers, IReadOnlyList<(string Style, long Bytes, string Name)> parts)
    {
        long scale = Math.Max(1, numbers.SeparateBytes);
        string told = string.Join(", ", parts.Where(part => part.Bytes > 0).Select(part => $"{ByteSize.Format(part.Bytes)} {part.Name}"));
        html.Append($"<div class=\"bar\"><span class=\"bar-label\">{label}</span><b class=\"bar-value\">{ByteSize.Format(bytes)}</b>");
        html.Append(
            "<svg viewBox=\"0 0 1000 20\" preserveAspectRatio=\"none\" role=\"img\" " +
            $"aria-label=\"{label}: {told}\"><rect class=\"track\" width=\"1000\" height=\"20\"/>");
        double x = 0;
        foreach ((string style, long size, string name) in parts)
        {
            if (size <= 0)
                continue;
            // Even a sliver must be visible.
            double width = Math.Min(Width - x, Math.Max(2, Width * size / scale));
            html.Append(CultureInfo.InvariantCulture,
                $"<rect class=\"{style}\" x=\"{x:0.##}\" width=\"{width:0.##}\" height=\"20\"><title>{ByteSize.Format(size)} " +
                $"{name}</title></rect>");
            x += width;
        }

        html.Append("</svg></div>\n");
    }
}
