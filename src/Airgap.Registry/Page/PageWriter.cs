using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Registry.Page;

/// <summary>Writes the page: one self-contained document without scripts.</summary>
internal sealed class PageWriter
{
    private const int MaxPackages = 50;

    private static readonly string s_style = ReadStyle();
    private readonly StringBuilder _html = new();
    private readonly string _host;

    public PageWriter(string title, string host, int repositories)
    {
        _host = host;
        Write($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{PageText.Escape(host)}</title>
            <style>{s_style}</style>
            </head>
            <body>
            <header class="top"><div class="page">
            <p class="eyebrow">{PageText.Escape(title)}</p>
            <h1>{PageText.Escape(host)}</h1>
            <p class="summary">{Count(repositories, "repository", "repositories")}</p>
            </div></header>
            <main class="page">

            """);
    }

    /// <summary>The content security policy: a browser may only show the page with its own style.</summary>
    public static string Policy { get; } =
        "default-src 'none'; style-src " +
        $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(s_style)))}'; base-uri 'none'; form-action 'none'; " +
        "frame-ancestors 'none'";

    public void BeginRepository(string name) => Write($"""
        <section>
        <h2>{PageText.Escape(name)}</h2>
        <div class="wide"><table>
        <thead><tr><th scope="col">Tag</th><th scope="col">Kind</th><th scope="col" class="number">Images</th><th scope="col" class="number">Size</th><th scope="col">Packages</th><th scope="col">Reference</th></tr></thead>
        <tbody>

        """);

    /// <summary>Adds a row.</summary>
    /// <param name="name">The repository.</param>
    /// <param name="tag">The tag; null for a tool's own tag.</param>
    /// <param name="digest">Its digest.</param>
    /// <param name="item">The description of the manifest; null if unknown.</param>
    /// <param name="isRead">False if not yet read.</param>
    public void AddItem(string name, string? tag, Digest digest, ServedItem? item, bool isRead)
    {
        string images = item?.Images is { } count ? count.ToString(CultureInfo.InvariantCulture) : "";
        string size = item is null ? "" : ByteSize.Format(item.Bytes);
        Write($"""
            <tr><th scope="row">{(tag is null ? "" : PageText.Escape(tag))}</th><td>{item?.Kind.ToString() ?? (isRead ? "Cannot be read" : "Not read yet")}</td><td class="number">{images}</td><td class="number">{size}</td><td>{Packages(item)}</td><td class="ref">{PageText.Escape($"{_host}/{name}@{digest}")}</td></tr>

            """);
    }

    public void EndRepository(int more, int others)
    {
        Write($"</tbody>\n</table></div>\n");
        string[] notes = [.. ((string?[])[
            more == 0 ? null : $"{Count(more, "more tag is", "more tags are")} not shown.",
            others == 0 ? null : $"{Count(others, "tag", "tags")} of imgpkg and other tools keep the images that bundles pin."])
            .OfType<string>()];
        if (notes.Length > 0)
            Write($"<p class=\"note\">{string.Join(' ', notes)}</p>\n");
        Write($"</section>\n");
    }

    /// <summary>Ends the page.</summary>
    /// <param name="last">The last repository on it if there are more; else null.</param>
    public string Finish(string? last)
    {
        if (last is not null)
            Write($"<p><a href=\"/?last={PageText.Escape(Uri.EscapeDataString(last))}\">More repositories</a></p>\n");
        Write($"""
            </main>
            <footer class="page"><p>Copy a bundle with <span class="ref">dotnet airgap copy -b REFERENCE --to-repo REPOSITORY</span>. Sizes are those of the tagged image itself; the images of a bundle are not included.</p></footer>
            </body>
            </html>

            """);
        return _html.ToString();
    }

    private static string Packages(ServedItem? item)
    {
        if (item is null || item.Packages.IsEmpty)
            return "";
        string list = string.Concat(
            item.Packages.Take(MaxPackages).Select(
                package => $"<li>{PageText.Escape(package.Name)} <span class=\"count\">{PageText.Escape(package.Version)}</span></li>"));
        int more = item.Packages.Length - MaxPackages;
        return $"<ul>{list}{(more > 0 ? $"<li class=\"note\">and {more.ToString(CultureInfo.InvariantCulture)} more</li>" : "")}</ul>";
    }

    private static string Count(int number, string one, string many) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {(number == 1 ? one : many)}");

    private static string ReadStyle()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Airgap.Registry.Page.page.css")!;
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    private void Write(FormattableString text) => _html.Append(text.ToString(CultureInfo.InvariantCulture).ReplaceLineEndings("\n"));
}
