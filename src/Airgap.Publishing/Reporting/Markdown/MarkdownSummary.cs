using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Airgap.Oci;
using Airgap.Publishing.Artifacts;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Reporting.Markdown;

/// <summary>Writes a report as Markdown, for the summary page of a CI run.</summary>
internal static class MarkdownSummary
{
    /// <summary>GitHub's limit for one step: 1 MiB. GitHub does not cut a longer summary, but drops it.</summary>
    public const int GitHubLimit = 1024 * 1024;

    private const int OpenRows = 12;
    private const int RoomForTheEnd = 200;

    /// <summary>The Markdown, with a line feed after each line.</summary>
    /// <param name="model">The report.</param>
    /// <param name="limit">The maximum size in bytes, as UTF-8. Rows that do not fit are counted at the end.</param>
    /// <returns>The text; empty if not even its head fits.</returns>
    public static string Write(ReportModel model, int limit = GitHubLimit)
    {
        StringBuilder text = new();
        ReportNumbers numbers = ReportNumbers.Of(model);
        Head(text, model, numbers);
        int used = Encoding.UTF8.GetByteCount(text.ToString());
        if (used > limit - RoomForTheEnd)
            return "";
        string[] told = [.. Problems(model), .. LeftOut(model)];
        int taken = told.TakeWhile(Take).Count();
        if (taken < told.Length)
            text.Append(CultureInfo.InvariantCulture, $"\n{told.Length - taken:N0} more lines are omitted for lack of space.\n");
        if (model.IsUnfinished)
            return text.ToString();
        (ReportNode Node, int Level)[] rows = [.. model.Roots.SelectMany(root => Rows(root, 0))];
        bool folded = rows.Length > OpenRows;
        string title = ReportNumbers.Count(numbers.Images, "image");
        Take(folded ? $"\n<details><summary>{title}</summary>\n\n" : "\n");
        Take(model.IsRelocation ? "| Image | From | To | Size | Outcome |\n| --- | --- | --- | ---: | --- |\n"
            : "| Image | Origin | Place | Size |\n| --- | --- | --- | ---: |\n");
        int shown = rows.TakeWhile(row => Take(Row(row.Node, row.Level, model.IsRelocation))).Count();
        if (shown < rows.Length)
            text.Append(CultureInfo.InvariantCulture, $"\nAnd {rows.Length - shown:N0} more, omitted for lack of space.\n");
        if (folded)
            text.Append("\n</details>\n");
        return text.ToString();

        bool Take(string line)
        {
            int length = Encoding.UTF8.GetByteCount(line);
            if (used + length > limit - RoomForTheEnd)
                return false;
            used += length;
            text.Append(line);
            return true;
        }
    }

    private static void Head(StringBuilder text, ReportModel model, ReportNumbers numbers)
    {
        text.Append("### ").Append(MarkdownText.Escape(model.Title)).Append("\n\n");
        string state = model.Failures.Length > 0
            ? $"**{ReportNumbers.Count(model.Failures.Length, "failure")}**: " : model.IsRelocation ? $"**{model.CompleteState}**: " : "";
        text.Append(state).Append(MarkdownText.Escape(model.Summary)).Append("\n\n");
        if (model.IsUnfinished)
            return;
        List<(string Name, string Value)> figures =
        [
            ("Images", string.Create(
                CultureInfo.InvariantCulture, $"{numbers.Images:N0} in {ReportNumbers.Count(numbers.Bundles, "bundle")}")),
            ("Content", ByteSize.Format(numbers.DistinctBytes)),
        ];
        if (model.IsRelocation)
        {
            figures.Add(("Copied", ByteSize.Format(model.Work.Copied.Bytes)));
            figures.Add(("Mounted", ByteSize.Format(model.Work.Mounted.Bytes)));
            figures.Add(("Present", ByteSize.Format(model.Work.Present.Bytes)));
        }

        if (model.Work.LeftOut.Count > 0)
            figures.Add(("Left out", ByteSize.Format(model.Work.LeftOut.Bytes)));
        figures.Add(("Saved by sharing",
            $"{ByteSize.Format(numbers.SavedBytes)} ({ReportNumbers.Percent(numbers.SavedBytes, numbers.SeparateBytes)})"));
        if (model.Elapsed is { } elapsed)
            figures.Add(("Duration", ReportNumbers.Duration(elapsed) + (ReportNumbers.Rate(model) is { } rate ? $", {rate}" : "")));
        if (model.Retries is { } retries)
            figures.Add(("Retries", retries.ToString("N0", CultureInfo.InvariantCulture)));
        text.Append("| ").AppendJoin(" | ", figures.Select(figure => figure.Name)).Append(" |\n");
        text.Append("| ").AppendJoin(" | ", figures.Select(_ => "---")).Append(" |\n");
        text.Append("| ").AppendJoin(" | ", figures.Select(figure => figure.Value)).Append(" |\n");
    }

    private static IEnumerable<string> Problems(ReportModel model)
    {
        foreach ((string heading, ImmutableArray<Diagnostic> problems) in new[] { ("Failures", model.Failures),
            ("Warnings", model.Warnings) })
        {
            if (problems.IsEmpty)
                continue;
            yield return $"\n**{heading}**\n\n";
            foreach (Diagnostic problem in problems)
                yield return $"- {problem.Id}: {MarkdownText.Escape(problem.Text)}\n";
        }
    }

    private static IEnumerable<string> LeftOut(ReportModel model)
    {
        if (model.Derived.IsEmpty)
            yield break;
        yield return "\n**Selected and left out**\n\n";
        foreach (DerivedReport derived in model.Derived)
            yield return $"- {MarkdownText.Code(derived.Digest)} of {MarkdownText.Code(derived.From)} by " +
                $"{MarkdownText.Code(derived.Selection)}. {MarkdownText.Escape(derived.LeftOutText)}" +
                $"{(derived.SignaturesText is { } signatures ? $" {MarkdownText.Escape(signatures)}" : "")}\n";
    }

    private static IEnumerable<(ReportNode Node, int Level)> Rows(ReportNode node, int level)
    {
        yield return (node, level);
        foreach (ReportNode child in node.Kind is ReportNodeKind.Bundle or ReportNodeKind.Group ? node.Children : [])
        {
            foreach ((ReportNode Node, int Level) row in Rows(child, level + 1))
                yield return row;
        }
    }

    private static string Row(ReportNode node, int level, bool isRelocation)
    {
        string name = node.Kind == ReportNodeKind.Bundle ? $"**{MarkdownText.Escape(node.Name)}**" : MarkdownText.Escape(node.Name);
        string indent = string.Concat(Enumerable.Repeat("&emsp;", level));
        string size = node.Size > 0 ? ByteSize.Format(node.Size) : "";
        return isRelocation
            ? $"| {indent}{name} | {MarkdownText.Code(node.Origin ?? node.Source)} | {MarkdownText.Code(node.Destination)} | {size} | " +
            $"{MarkdownText.Escape(node.Failure is null ? Outcomes.Word(node) : $"failed: {node.Failure}")} |\n"
            : $"| {indent}{name} | {MarkdownText.Code(node.Origin)} | {MarkdownText.Code(node.Source)} | {size} |\n";
    }
}
