using System.Text;
using Airgap.Publishing.Artifacts;

namespace Airgap.Publishing.Reporting.Html;

/// <summary>The content that selections of packages or platforms omit.</summary>
internal static class DerivedHtml
{
    private const int Listed = 100;

    /// <summary>The markup; empty if every bundle was copied completely.</summary>
    public static string Write(ReportModel model)
    {
        if (model.Derived.IsEmpty)
            return "";
        StringBuilder html = new("<section class=\"problems\" aria-labelledby=\"chosen\">\n<h2 id=\"chosen\">Selected and left out</h2>\n");
        foreach (DerivedReport derived in model.Derived)
            Write(html, derived);
        return html.Append("</section>\n").ToString();
    }

    private static void Write(StringBuilder html, DerivedReport derived)
    {
        html.Append("<dl class=\"route\">");
        Row(html, "Chosen", derived.Selection);
        Row(html, "Of", derived.From);
        Row(html, "Digest", derived.Digest);
        html.Append("</dl>\n<p>").Append(HtmlText.Escape(derived.LeftOutText)).Append("</p>\n");
        if (derived.SignaturesText is { } signatures)
            html.Append("<p>").Append(HtmlText.Escape(signatures)).Append("</p>\n");
        Fold(html, "Packages included", [.. derived.Packages]);
        Fold(html, "Images left out", [.. derived.LeftOut], derived.ImagesLeftOut);
        Fold(html, "Images included although no selected package names them",
            [.. derived.Kept.Select(kept => $"{kept.Image}: {kept.Reason}")]);
    }

    private static void Row(StringBuilder html, string label, string value) =>
        html.Append("<div><dt>").Append(label).Append("</dt><dd class=\"ref\"><bdi>").Append(HtmlText.Escape(value))
            .Append("</bdi></dd></div>");

    private static void Fold(StringBuilder html, string heading, string[] lines, int? count = null)
    {
        if (lines.Length == 0)
            return;
        html.Append($"<details><summary>{heading} <span class=\"count\">{count ?? lines.Length}</span></summary>\n<ul>\n");
        foreach (string line in lines.Take(Listed))
            html.Append("<li><bdi>").Append(HtmlText.Escape(line)).Append("</bdi></li>\n");
        int more = (count ?? lines.Length) - Math.Min(Listed, lines.Length);
        if (more > 0)
            html.Append($"<li>and {more} more, listed in relocation.json and at the source</li>\n");
        html.Append("</ul>\n</details>\n");
    }
}
