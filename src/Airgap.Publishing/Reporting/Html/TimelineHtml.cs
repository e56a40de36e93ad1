using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Airgap.Publishing.Timelines;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Reporting.Html;

/// <summary>
/// A picture of the run over time: a bar for each phase and for each of the images that took longest, and the total waits.
/// </summary>
internal static class TimelineHtml
{
    private const int PictureWidth = 1110;
    private const int Labels = 260;
    private const int Row = 22;
    private const int Top = 26;
    private const int LabelLetters = 34;

    /// <summary>The markup; empty without a timeline.</summary>
    public static string Write(TimelineModel? timeline)
    {
        if (timeline is null || timeline.Elapsed <= TimeSpan.Zero)
            return "";
        ImmutableArray<TimelineBar> bars = [.. timeline.Phases, .. timeline.Images];
        StringBuilder html = new();
        html.Append("<section aria-labelledby=\"timeline\">\n<h2 id=\"timeline\">Time</h2>\n");
        html.Append(CultureInfo.InvariantCulture, $"<p class=\"lead\">{HtmlText.Escape(Lead(timeline))}</p>\n");
        Picture(html, timeline, bars);
        Table(html, bars);
        html.Append("</section>\n");
        return html.ToString();
    }

    private static string Lead(TimelineModel timeline)
    {
        string others = timeline.OtherImages == 0 ? ""
            : $" Shown are the {timeline.Images.Length} images that took longest; {ReportNumbers.Count(timeline.OtherImages, "other")} " +
            "took less.";
        string waits = timeline.Waits.IsEmpty ? " No request had to wait."
            : " Requests waited, side by side: " +
            $"{string.Join(", ", timeline.Waits.Select(wait => $"{Seconds(wait.Time)} ({wait.Reason})"))}.";
        return $"The run took {Seconds(timeline.Elapsed)} until this page was written.{others}{waits}";
    }

    private static void Picture(StringBuilder html, TimelineModel timeline, ImmutableArray<TimelineBar> bars)
    {
        int height = Top + (bars.Length * Row) + 8;
        double scale = (PictureWidth - Labels - 12) / timeline.Elapsed.TotalSeconds;
        html.Append(
            "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Picture of the run over time; the table below shows the " +
            "same\"><svg class=\"matrix\" ");
        html.Append(CultureInfo.InvariantCulture,
            $"width=\"{PictureWidth}\" height=\"{height}\" viewBox=\"0 0 {PictureWidth} {height}\" aria-hidden=\"true\" " +
            $"focusable=\"false\">\n");
        html.Append(CultureInfo.InvariantCulture,
            $"<text class=\"axis\" x=\"{Labels}\" y=\"16\">0 s</text><text class=\"axis\" x=\"{PictureWidth - 12}\" y=\"16\" " +
            $"text-anchor=\"end\">{Seconds(timeline.Elapsed)}</text><line class=\"rule\" x1=\"{Labels}\" x2=\"{PictureWidth - 12}\" " +
            $"y1=\"{Top - 4}\" " +
            $"y2=\"{Top - 4}\"/>\n");
        for (int row = 0; row < bars.Length; row++)
            DrawRow(html, bars[row], row, scale);
        html.Append("</svg></div>\n");
    }

    private static void DrawRow(StringBuilder html, TimelineBar bar, int row, double scale)
    {
        int y = Top + (row * Row);
        if (row % 2 == 0)
            html.Append(CultureInfo.InvariantCulture,
                $"<rect class=\"stripe\" x=\"0\" y=\"{y}\" width=\"{PictureWidth}\" height=\"{Row}\" rx=\"4\"/>");
        double x = Labels + Math.Max(0, bar.Start.TotalSeconds * scale);
        double width = Math.Clamp(bar.Duration.TotalSeconds * scale, 2, Math.Max(2, PictureWidth - 12 - x));
        html.Append(CultureInfo.InvariantCulture,
            $"<text class=\"label\" x=\"{Labels - 12}\" y=\"{y + 15}\" text-anchor=\"end\">{HtmlText.Escape(Short(bar.Name))}</text>" +
            $"<rect class=\"{(bar.IsFailed ? "bar-failed" : "bar-time")}\" x=\"{x:0.#}\" y=\"{y + 4}\" width=\"{width:0.#}\" " +
            $"height=\"{Row - 8}\" rx=\"2\">" +
            $"<title>{HtmlText.Escape(bar.Name)}: {Seconds(bar.Start)} to {Seconds(bar.Start + bar.Duration)}{Size(bar)}</title></rect>\n");
    }

    private static void Table(StringBuilder html, ImmutableArray<TimelineBar> bars)
    {
        html.Append(
            "<details class=\"as-table\"><summary>The same as a table</summary>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" " +
            "aria-label=\"Table of the run over time\"><table class=\"plain\"><thead><tr><th scope=\"col\">Phase or image</th><th " +
            "scope=\"col\" " +
            "class=\"num\">Start</th><th scope=\"col\" class=\"num\">Duration</th><th scope=\"col\" " +
            "class=\"num\">Size</th></tr></thead><tbody>\n");
        foreach (TimelineBar bar in bars)
            html.Append(CultureInfo.InvariantCulture,
                $"<tr><td>{HtmlText.Escape(bar.Name)}{(bar.IsFailed ? " (failed)" : "")}</td><td " +
                $"class=\"num\">{Seconds(bar.Start)}</td><td " +
                $"class=\"num\">{Seconds(bar.Duration)}</td><td " +
                $"class=\"num\">{(bar.Size == 0 ? "" : ByteSize.Format(bar.Size))}</td></tr>\n");
        html.Append("</tbody></table></div></details>\n");
    }

    private static string Size(TimelineBar bar) => bar.Size == 0 ? "" : $", {ByteSize.Format(bar.Size)}";

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0##} s");

    // The end of a name tells images apart.
    private static string Short(string label) =>
        label.Length <= LabelLetters ? label : string.Concat("…", label.AsSpan(label.Length - LabelLetters + 1));
}
