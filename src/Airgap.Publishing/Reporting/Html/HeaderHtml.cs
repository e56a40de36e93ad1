using System.Globalization;
using System.Text;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Reporting.Html;

/// <summary>The top of the page: title, result, and the most important figures.</summary>
internal static class HeaderHtml
{
    /// <summary>The markup.</summary>
    public static string Write(ReportModel model, ReportNumbers numbers)
    {
        StringBuilder html = new();
        html.Append("<p class=\"eyebrow\">").Append(model.IsRelocation ? "Relocation report" : "Bundle description").Append("</p>\n");
        html.Append("<h1><bdi>").Append(HtmlText.Escape(model.Title)).Append("</bdi></h1>\n");
        html.Append("<p class=\"summary\">").Append(State(model)).Append("<span>").Append(HtmlText.Escape(model.Summary))
            .Append("</span></p>\n");
        if (model.Roots is [{ Kind: not ReportNodeKind.Group } root])
            Route(html, root);
        else if (model.Places is { } places)
            Places(html, places);
        if (model.IsUnfinished)
            return html.ToString();
        html.Append("<dl class=\"figures\">\n");
        Figure(html, "Images", Number(numbers.Images), $"in {ReportNumbers.Count(numbers.Bundles, "bundle")}");
        Figure(html, "Content", ByteSize.Format(numbers.DistinctBytes),
            ReportNumbers.Count(model.Blobs.Count(blob => !blob.IsLeftOut), "distinct blob"));
        if (model.IsRelocation)
            Figure(html, "Sent", ByteSize.Format(model.Work.Copied.Bytes),
                $"{ReportNumbers.Count(model.Work.Copied.Count, "blob")} copied");
        Figure(html, "Saved by sharing", ByteSize.Format(numbers.SavedBytes),
            $"{ReportNumbers.Percent(numbers.SavedBytes, numbers.SeparateBytes)} of {ByteSize.Format(numbers.SeparateBytes)}");
        if (model.Elapsed is { } elapsed)
            Figure(html, "Duration", ReportNumbers.Duration(elapsed), Pace(model));
        html.Append("</dl>\n");
        return html.ToString();
    }

    private static string State(ReportModel model) => (model.Failures.Length, model.Warnings.Length) switch
    {
        ( > 0 and var failures, _) => $"<strong class=\"state bad\">{Sign.Failed}{ReportNumbers.Count(failures, "failure")}</strong>",
        (_, > 0 and var warnings) =>
            "<strong class=\"state " +
            $"warn\">{Sign.Warning}{(model.IsRelocation ? "Complete, " : "")}{ReportNumbers.Count(warnings, "warning")}</strong>",
        _ when model.IsRelocation => $"<strong class=\"state good\">{Sign.Done}{model.CompleteState}</strong>",
        _ => "",
    };

    private static void Places(StringBuilder html, ReportProvenance places)
    {
        html.Append("<dl class=\"route\">");
        foreach ((string label, IReadOnlyList<string> names) in new (string, IReadOnlyList<string>)[] { ("From", places.From),
            ("To", places.To), ("Ended", places.EndedText is { } ended ? [ended] : []) })
        {
            if (names.Count > 0)
                html.Append("<div><dt>").Append(label).Append("</dt><dd class=\"ref\"><bdi>")
                    .Append(HtmlText.Escape(string.Join(", ", names))).Append("</bdi></dd></div>");
        }

        html.Append("</dl>\n");
    }

    private static void Route(StringBuilder html, ReportNode root)
    {
        html.Append("<dl class=\"route\">");
        Place("From", root.Origin ?? root.Source);
        Place("To", root.Destination);
        Place("Digest", root.Digest?.ToString());
        html.Append("</dl>\n");

        void Place(string label, string? place)
        {
            if (place is not null)
                html.Append("<div><dt>").Append(label).Append("</dt><dd class=\"ref\"><bdi>").Append(HtmlText.Escape(place))
                    .Append("</bdi></dd></div>");
        }
    }

    private static string Pace(ReportModel model)
    {
        string[] parts = [ReportNumbers.Rate(model) ?? "",
            model.Retries is { } retries
            ? (retries == 0 ? "no retries" : ReportNumbers.Count(retries, "retry").Replace("retrys", "retries", StringComparison.Ordinal))
            : ""];
        return string.Join(", ", parts.Where(part => part.Length > 0)) is { Length: > 0 } pace ? pace : "nothing had to be sent";
    }

    private static void Figure(StringBuilder html, string label, string value, string note) =>
        html.Append("<div><dt>").Append(label).Append("</dt><dd><span class=\"value\">").Append(HtmlText.Escape(value))
            .Append("</span><span class=\"note\">").Append(HtmlText.Escape(note)).Append("</span></dd></div>\n");

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
