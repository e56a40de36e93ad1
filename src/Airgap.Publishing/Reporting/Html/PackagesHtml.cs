using System.Globalization;
using System.Text;
using Airgap.Transfer.Describing;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Reporting.Html;

/// <summary>Writes the packages of a package repository as one self-contained HTML file without scripts.</summary>
internal static class PackagesHtml
{
    /// <summary>The page. The same listing gives the same text.</summary>
    public static string Write(PackageListing listing)
    {
        string style = HtmlReport.Asset("report.css");
        string title = HtmlText.Escape(listing.Reference);
        StringBuilder html = new();
        html.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '")
            .Append(HtmlReport.HashOf(style)).Append("'; base-uri 'none'; form-action 'none'\">\n");
        html.Append(
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light " +
            "dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n");
        html.Append("<title>").Append(title).Append(" · Packages</title>\n<style>").Append(style)
            .Append("</style>\n</head>\n<body>\n<header class=\"top\">\n<div class=\"page\">\n");
        html.Append("<p class=\"eyebrow\">Packages</p>\n<h1><bdi>").Append(title).Append("</bdi></h1>\n");
        int names = listing.Packages.Select(package => package.Name).Distinct(StringComparer.Ordinal).Count();
        html.Append("<p class=\"summary\">").Append(ReportNumbers.Count(names, "package")).Append(" in ")
            .Append(ReportNumbers.Count(listing.Packages.Length, "version")).Append("</p>\n</div>\n</header>\n");
        html.Append(
            "<main class=\"page\">\n<section aria-labelledby=\"packages\">\n<h2 id=\"packages\">Packages and versions</h2>\n<div " +
            "class=\"scroll\">\n<table class=\"plain\">\n");
        html.Append(
            "<thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Version</th><th scope=\"col\">Released</th><th scope=\"col\" " +
            "class=\"num\">Images</th>");
        html.Append(
            "<th scope=\"col\" class=\"num\">Size</th><th scope=\"col\" class=\"num\">Shared</th><th scope=\"col\" " +
            "class=\"num\">Alone</th></tr></thead>\n<tbody>\n");
        foreach (ListedPackage package in listing.Packages)
            Row(html, package);
        html.Append("</tbody>\n</table>\n</div>\n</section>\n");
        if (!listing.Opaque.IsEmpty)
            Opaque(html, listing);
        html.Append(
            "</main>\n<footer class=\"page\">Written by Airgap.Build. Size is that of everything a version needs, compressed, each blob " +
            "counted once, " +
            "in powers of 1000; shared is the part that other versions or packages also need; ");
        return html.Append("alone is what a copy without the version saves. This file is self-contained.</footer>\n</body>\n</html>\n")
            .ToString();
    }

    private static void Row(StringBuilder html, ListedPackage package)
    {
        html.Append("<tr><th scope=\"row\"><bdi>").Append(HtmlText.Escape(package.Name)).Append("</bdi></th><td><bdi>")
            .Append(HtmlText.Escape(package.Version)).Append("</bdi></td><td><bdi>");
        html.Append(HtmlText.Escape(package.ReleasedAt)).Append("</bdi></td><td class=\"num\">")
            .Append(package.Images.ToString("N0", CultureInfo.InvariantCulture));
        foreach (long bytes in new[] { package.Size, package.Shared, package.Alone })
            html.Append("</td><td class=\"num\">").Append(HtmlText.Escape(ByteSize.Format(bytes)));
        html.Append("</td></tr>\n");
    }

    private static void Opaque(StringBuilder html, PackageListing listing)
    {
        html.Append("<section class=\"problems warn\" aria-labelledby=\"opaque\">\n<h2 id=\"opaque\">Not examined</h2>\n<ul>\n");
        foreach (string file in listing.Opaque)
            html.Append("<li><bdi>").Append(HtmlText.Escape(file)).Append("</bdi></li>\n");
        html.Append("</ul>\n</section>\n");
    }
}
