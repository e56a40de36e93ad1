using System.Globalization;
using System.Text;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Reporting.Html;

/// <summary>
/// The tree as a table whose rows are visible without a script; the script adds folding, search, sorting and details.
/// </summary>
internal static class TreeHtml
{
    private const int DeepestIndent = 8;

    /// <summary>The markup.</summary>
    public static string Write(ReportModel model, NodeList nodes)
    {
        StringBuilder html = new();
        html.Append("<table id=\"tree\" role=\"treegrid\" aria-labelledby=\"images\"><thead role=\"rowgroup\"><tr role=\"row\">");
        html.Append(
            "<th role=\"columnheader\" scope=\"col\" data-key=\"name\" class=\"c-name\">Image</th><th role=\"columnheader\" " +
            "scope=\"col\" data-key=\"origin\" class=\"c-place\">");
        html.Append(model.IsRelocation ? "From and to" : "Origin and place");
        html.Append("</th><th role=\"columnheader\" scope=\"col\" data-key=\"size\" class=\"c-size num\">Size</th>");
        if (model.IsRelocation)
            html.Append("<th role=\"columnheader\" scope=\"col\" data-key=\"outcome\" class=\"c-outcome\">Outcome</th>");
        html.Append("</tr></thead><tbody role=\"rowgroup\">\n");
        Rows(html, nodes.Roots, level: 1, model);
        html.Append("</tbody></table>\n");
        return html.ToString();
    }

    private static void Rows(StringBuilder html, IReadOnlyList<NodeEntry> entries, int level, ReportModel model)
    {
        NodeEntry[] rows = [.. entries.Where(entry => entry.IsRow)];
        for (int i = 0; i < rows.Length; i++)
        {
            Row(html, rows[i], level, i + 1, rows.Length, model);
            Rows(html, rows[i].Children, level + 1, model);
        }
    }

    private static void Row(StringBuilder html, NodeEntry entry, int level, int place, int siblings, ReportModel model)
    {
        ReportNode node = entry.Node;
        string expanded = entry.Children.Any(child => child.IsRow) ? " aria-expanded=\"true\"" : "";
        html.Append(CultureInfo.InvariantCulture,
            $"<tr role=\"row\" id=\"n{entry.Number}\" class=\"l{Math.Min(level, DeepestIndent)} {KindOf(node)}\" aria-level=\"{level}\" " +
            $"aria-posinset=\"{place}\" aria-setsize=\"{siblings}\"{expanded}>");
        html.Append("<td role=\"rowheader\" class=\"c-name\"><span class=\"name\"><bdi>").Append(HtmlText.Escape(node.Name))
            .Append("</bdi></span>");
        html.Append(" <span class=\"kind\">").Append(HtmlText.Escape(Label(node))).Append("</span>");
        if (node.Digest is { } digest)
            html.Append("<span class=\"digest\">").Append(digest.Algorithm).Append(':').Append(digest.Hex.AsSpan(0, 12)).Append("</span>");
        foreach (string signer in node.SignedBy)
            html.Append("<span class=\"signed\">").Append(Sign.Lock).Append(" signed by <bdi>").Append(HtmlText.Escape(signer))
                .Append("</bdi></span>");
        html.Append("</td><td role=\"gridcell\" class=\"c-place\">");
        // Unless the origin is known to differ, one reference is enough.
        Place(html, "from", node.Origin ?? node.Source);
        foreach (string mirror in node.Mirrors)
            Place(html, "read at", mirror);
        Place(html, model.IsRelocation ? "to" : "at",
            model.IsRelocation ? node.Destination : node.Source == node.Origin ? null : node.Source);
        if (node.Failure is { } failure)
            html.Append("<span class=\"failure\">").Append(HtmlText.Escape(failure)).Append("</span>");
        html.Append("</td><td role=\"gridcell\" class=\"c-size num\">")
            .Append(node.Size > 0 ? ByteSize.Format(node.Size) : "").Append("</td>");
        if (model.IsRelocation)
        {
            string word = Outcomes.Word(node);
            html.Append("<td role=\"gridcell\" class=\"c-outcome\">");
            if (word.Length > 0)
                html.Append("<span class=\"pill ").Append(word).Append("\">").Append(word).Append("</span>");
            html.Append("</td>");
        }

        html.Append("</tr>\n");
    }

    private static void Place(StringBuilder html, string label, string? reference)
    {
        if (reference is null)
            return;
        // The digest is already next to the name.
        int at = reference.IndexOf("@sha", StringComparison.Ordinal);
        html.Append("<span class=\"place\"><span class=\"way\">").Append(label).Append("</span> <bdi class=\"ref\" title=\"").Append(
            HtmlText.Escape(reference)).Append("\">").Append(HtmlText.Escape(at < 0 ? reference : reference[..at])).Append("</bdi></span>");
    }

    private static string KindOf(ReportNode node) => node.Kind.ToString().ToLowerInvariant();

    private static string Label(ReportNode node) => node switch
    {
        { IsRepeated: true } => "bundle, shown above",
        { Kind: ReportNodeKind.Bundle } =>
            $"bundle, {ReportNumbers.Count(node.Children.Count(child => child.Kind != ReportNodeKind.Attached), "image")}",
        { Kind: ReportNodeKind.Index } =>
            $"index, {ReportNumbers.Count(node.Children.Count(child => child.Kind is ReportNodeKind.Platform or ReportNodeKind.Index), "platform")}",
        { Kind: ReportNodeKind.Group } => ReportNumbers.Count(node.Children.Length, "image"),
        _ => KindOf(node),
    };
}
