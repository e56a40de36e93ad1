using System.Collections.Immutable;
using System.Text;
using Airgap.Oci;

namespace Airgap.Publishing.Reporting.Html;

/// <summary>Failures and warnings, above everything that requires scrolling.</summary>
internal static class ProblemsHtml
{
    /// <summary>The markup; empty if there are no problems.</summary>
    public static string Write(ReportModel model)
    {
        StringBuilder html = new();
        List(html, "failures", "Failures", "bad", model.Failures);
        List(html, "warnings", "Warnings", "warn", model.Warnings);
        return html.ToString();
    }

    private static void List(StringBuilder html, string id, string heading, string style, ImmutableArray<Diagnostic> problems)
    {
        if (problems.IsEmpty)
            return;
        html.Append(
            "<section class=\"problems " +
            $"{style}\" aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{heading} <span class=\"count\">{problems.Length}</span></h2>\n<ul>\n");
        foreach (Diagnostic problem in problems)
        {
            html.Append("<li><code class=\"code\">").Append(problem.Id).Append("</code> <span class=\"ref\"><bdi>")
                .Append(HtmlText.Escape(problem.Message)).Append("</bdi></span>");
            if (problem.Advice.Length > 0)
                html.Append(" <span class=\"advice\">").Append(HtmlText.Escape(problem.Advice)).Append("</span>");
            html.Append("</li>\n");
        }

        html.Append("</ul>\n</section>\n");
    }
}
