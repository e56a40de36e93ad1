using System.Globalization;
using System.Text;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Reporting.Html;

/// <summary>
/// A picture of shared layers: a column for each layer of several images, a row for each of these images, a dot for
/// each layer of an image, and above each column a bar of the bytes saved by sharing the layer.
/// </summary>
internal static class SharingChart
{
    private const int MostRows = 24;
    private const int MostColumns = 32;
    private const int LeastLabels = 140;
    private const int MostLabels = 240;
    private const int Letter = 7;
    private const int LeastColumn = 24;
    private const int PictureWidth = 1110;
    private const int NamesShown = 3;

    /// <summary>From this width on, a column has room for the label of its bar.</summary>
    private const int LabelledColumn = 64;
    private const int Row = 22;
    private const int BarsHeight = 84;
    private const int LabelLetters = 32;

    /// <summary>The markup.</summary>
    public static string Write(ReportModel model, ReportNumbers numbers)
    {
        Dictionary<int, ReportBlob> shared = model.Blobs.Index().Where(blob => blob.Item is { IsLeftOut: false, SavedBytes: > 0 })
            .ToDictionary(blob => blob.Index, blob => blob.Item);
        int[] layers = [.. shared.OrderByDescending(layer => layer.Value.SavedBytes).ThenBy(layer => layer.Value.Descriptor.Digest)
            .Take(MostColumns).Select(layer => layer.Key)];
        HashSet<int> shown = [.. layers];
        (ReportNode Node, HashSet<int> Has, int At)[] users =
        [
            .. numbers.Contents.Select((node, at) => (node, Has: node.Blobs.Where(shown.Contains).ToHashSet(), at))
            .Where(user => user.Has.Count > 0),
        ];
        (ReportNode Node, HashSet<int> Has, int At)[] rows =
        [
            .. users.OrderByDescending(user => user.Has.Sum(blob => model.Blobs[blob].Descriptor.Size)).ThenBy(user => user.At)
            .Take(MostRows).OrderBy(user => user.At),
        ];
        StringBuilder html = new();
        html.Append("<section aria-labelledby=\"sharing\">\n<h2 id=\"sharing\">Layers that images share</h2>\n");
        if (layers.Length == 0)
        {
            html.Append("<p class=\"lead\">No two images share a layer.</p>\n</section>\n");
            return html.ToString();
        }

        html.Append($"<p class=\"lead\">{Lead(shared.Count, layers.Length, users.Length, rows.Length, numbers)}</p>\n");
        Picture(html, model, numbers, layers, rows);
        Table(html, model, numbers, layers);
        html.Append("</section>\n");
        return html.ToString();
    }

    private static string Lead(int layers, int layersShown, int images, int imagesShown, ReportNumbers numbers)
    {
        string all = $"{ReportNumbers.Count(layers, "blob")} of several images saved {ByteSize.Format(numbers.SavedBytes)}, " +
            $"{ReportNumbers.Percent(numbers.SavedBytes, numbers.SeparateBytes)} of the separate sizes of the images.";
        string part = layersShown < layers || imagesShown < images
            ? $" Shown are the {layersShown} layers that saved most and {ReportNumbers.Count(imagesShown, "image")} with most of them."
            : "";
        return all + part + " A column is a blob, a dot an image that has it, and the bar above shows the bytes saved.";
    }

    private static void Picture(
        StringBuilder html, ReportModel model, ReportNumbers numbers, int[] layers, (ReportNode Node, HashSet<int> Has, int At)[] rows)
    {
        int labels = Math.Clamp(24 + (Letter * rows.Select(row => row.Node.Name.Length).DefaultIfEmpty().Max()), LeastLabels, MostLabels);
        int step = Math.Max(LeastColumn, (PictureWidth - labels - 12) / layers.Length);
        int width = labels + (layers.Length * step) + 12;
        int height = BarsHeight + (rows.Length * Row) + 8;
        long most = Math.Max(1, layers.Max(layer => model.Blobs[layer].SavedBytes));
        html.Append(CultureInfo.InvariantCulture,
            $"<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Picture of shared layers; the table below shows the " +
            $"same\"><svg class=\"matrix\" " +
            $"width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" aria-hidden=\"true\" focusable=\"false\">\n");
        html.Append(CultureInfo.InvariantCulture,
            $"<text class=\"axis\" " +
            $"x=\"{labels - 12}\" y=\"20\" " +
            $"text-anchor=\"end\">{(step >= LabelledColumn ? "saved" : $"saved, up to {ByteSize.Format(most)}")}</text><line " +
            $"class=\"rule\" x1=\"{labels}\" x2=\"{width - 12}\" y1=\"{BarsHeight - 8}\" y2=\"{BarsHeight - 8}\"/>\n");
        for (int row = 0; row < rows.Length; row++)
        {
            int y = BarsHeight + (row * Row);
            if (row % 2 == 0)
                html.Append(CultureInfo.InvariantCulture,
                    $"<rect class=\"stripe\" x=\"0\" y=\"{y}\" width=\"{width}\" height=\"{Row}\" rx=\"4\"/>");
            string label = rows[row].Node.Name;
            html.Append(CultureInfo.InvariantCulture,
                $"<text class=\"label\" " +
                $"x=\"{labels - 12}\" y=\"{y + 15}\" text-anchor=\"end\">{HtmlText.Escape(Short(label))}<title>{HtmlText.Escape(label)} " +
                $"{rows[row].Node.Digest}</title></text>\n");
        }

        for (int column = 0; column < layers.Length; column++)
            DrawColumn(html, model.Blobs[layers[column]], NamesOf(numbers, layers[column]), layers[column],
                labels + (column * step) + (step / 2), step, most, rows);
        html.Append("</svg></div>\n");
    }

    private static void DrawColumn(
        StringBuilder html, ReportBlob blob, string names, int layer, int x, int step, long most,
        (ReportNode Node, HashSet<int> Has, int At)[] rows)
    {
        double bar = Math.Max(2, (BarsHeight - 26.0) * blob.SavedBytes / most);
        int thick = Math.Clamp(step / 2, 14, 36);
        html.Append(CultureInfo.InvariantCulture,
            $"<g class=\"column\"><title>{HtmlText.Escape(names)}: {blob.Descriptor.Digest}, {ByteSize.Format(blob.Descriptor.Size)}, " +
            $"{blob.Uses} images, saved {ByteSize.Format(blob.SavedBytes)}</title>");
        html.Append(CultureInfo.InvariantCulture,
            $"<rect class=\"hit\" x=\"{x - (step / 2)}\" y=\"0\" width=\"{step}\" height=\"{BarsHeight + (rows.Length * Row)}\"/>");
        html.Append(CultureInfo.InvariantCulture,
            $"<rect class=\"bar-saved\" " +
            $"x=\"{x - (thick / 2)}\" y=\"{BarsHeight - 8 - bar:0.#}\" width=\"{thick}\" height=\"{bar:0.#}\" rx=\"2\"/>");
        if (step >= LabelledColumn)
            html.Append(CultureInfo.InvariantCulture,
                $"<text class=\"axis\" " +
                $"x=\"{x}\" y=\"{BarsHeight - 13 - bar:0.#}\" text-anchor=\"middle\">{ByteSize.Format(blob.SavedBytes)}</text>");
        int[] at = [.. Enumerable.Range(0, rows.Length).Where(row => rows[row].Has.Contains(layer))];
        if (at.Length > 1)
            html.Append(CultureInfo.InvariantCulture,
                $"<line class=\"thread\" x1=\"{x}\" x2=\"{x}\" y1=\"{Middle(at[0])}\" y2=\"{Middle(at[^1])}\"/>");
        foreach (int row in at)
            html.Append(CultureInfo.InvariantCulture, $"<circle class=\"dot\" cx=\"{x}\" cy=\"{Middle(row)}\" r=\"5\"/>");
        html.Append("</g>\n");

        static int Middle(int row) => BarsHeight + (row * Row) + (Row / 2);
    }

    private static void Table(StringBuilder html, ReportModel model, ReportNumbers numbers, int[] layers)
    {
        html.Append(
            "<details class=\"as-table\"><summary>The same as a table</summary>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" " +
            "aria-label=\"Table of shared layers\"><table class=\"plain\"><thead><tr><th scope=\"col\">Layer of</th><th scope=\"col\" " +
            "class=\"num\">Size</th><th scope=\"col\" class=\"num\">Images</th><th scope=\"col\" " +
            "class=\"num\">Saved</th></tr></thead><tbody>\n");
        foreach ((int layer, ReportBlob blob) in layers.Select(layer => (layer, model.Blobs[layer])))
            html.Append(CultureInfo.InvariantCulture,
                $"<tr><td>{HtmlText.Escape(NamesOf(numbers, layer))}<span class=\"digest\">{blob.Descriptor.Digest}</span></td><td " +
                $"class=\"num\">{ByteSize.Format(blob.Descriptor.Size)}</td><td class=\"num\">{blob.Uses:N0}</td><td " +
                $"class=\"num\">{ByteSize.Format(blob.SavedBytes)}</td></tr>\n");
        html.Append("</tbody></table></div></details>\n");
    }

    // A digest tells a reader nothing; the names of the images that have the layer do.
    private static string NamesOf(ReportNumbers numbers, int layer)
    {
        string[] names = [.. numbers.Contents.Where(node => node.Blobs.Contains(layer)).Select(node => node.Name).Distinct()];
        return string.Join(", ", names.Take(NamesShown)) + (names.Length > NamesShown ? $" and {names.Length - NamesShown} more" : "");
    }

    private static string Short(string label) =>
        label.Length <= LabelLetters ? label : string.Concat(label.AsSpan(0, LabelLetters - 1), "…");
}
