using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Airgap.Publishing.Reporting.Html;

/// <summary>
/// Writes a report as one self-contained HTML file: style, script and data are embedded, and a policy forbids
/// everything else.
/// </summary>
internal static partial class HtmlReport
{
    private const string Folder = "Airgap.Publishing.Reporting.Html.Assets.";

    /// <summary>The page. The same model gives the same text.</summary>
    public static string Write(ReportModel model)
    {
        ReportNumbers numbers = ReportNumbers.Of(model);
        NodeList nodes = new(model);
        string style = Asset("report.css");
        string script = Asset("report.js");
        Dictionary<string, string> parts = new()
        {
            ["policy"] =
                $"default-src 'none'; style-src '{HashOf(style)}'; script-src '{HashOf(script)}'; base-uri 'none'; form-action 'none'",
            ["title"] = HtmlText.Escape(model.Title),
            ["kind"] = model.IsRelocation ? "Relocation report" : "Bundle description",
            ["style"] = style,
            ["script"] = script,
            ["header"] = HeaderHtml.Write(model, numbers),
            ["problems"] = ProblemsHtml.Write(model) + DerivedHtml.Write(model),
            ["volume"] = VolumeChart.Write(model, numbers),
            ["sharing"] = SharingChart.Write(model, numbers),
            ["timeline"] = TimelineHtml.Write(model.Timeline),
            ["tree"] = TreeHtml.Write(model, nodes),
            ["stamp"] = Stamp(model.Places),
            ["data"] = PageData.Write(model, nodes),
        };
        // One pass, so that a placeholder in data from outside is not replaced.
        return Placeholder().Replace(Asset("report.html"), match => parts[match.Groups[1].Value]);
    }

    private static string Stamp(ReportProvenance? places) =>
        places is null ? "Written by Airgap.Build."
            : HtmlText.Escape($"Written by Airgap.Build {places.Version}{EndOf(places.EndedText)}");

    /// <summary>The part of a page's last line that gives the end of its run.</summary>
    public static string EndOf(string? ended) => ended is null ? "." : $" about a relocation that ended {ended}.";

    /// <summary>One of the files embedded in a page.</summary>
    public static string Asset(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Folder + name)!;
        using StreamReader reader = new(stream, Encoding.UTF8);
        // A checkout may have other line endings, but the hash is of what the browser reads.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    /// <summary>The hash of a style or script, for the page's policy.</summary>
    public static string HashOf(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex(@"\{\{([a-z]+)\}\}")]
    private static partial Regex Placeholder();
}
