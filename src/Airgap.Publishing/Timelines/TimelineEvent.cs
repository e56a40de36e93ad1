using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Airgap.Publishing.Timelines;

/// <summary>One event of the trace event format.</summary>
/// <remarks>Source: "Trace Event Format" of the Chromium project: complete events (X), flow events (s, f) and metadata (M).</remarks>
/// <param name="Phase">The kind: <c>X</c>, <c>s</c>, <c>f</c> or <c>M</c>.</param>
/// <param name="Name">The text that viewers show.</param>
/// <param name="Category">The kind of work.</param>
/// <param name="Group">The group of rows.</param>
/// <param name="Row">The row.</param>
internal sealed record TimelineEvent(string Phase, string Name, string Category, int Group, int Row)
{
    private const int ShownHex = 12;

    // Perfetto takes a thread whose id is its process's as the main one and shows it first, so rows are numbered beyond the groups.
    private const int FirstThread = 10;

    /// <summary>The start, in microseconds since the run's start; null for metadata.</summary>
    public double? Start { get; init; }

    /// <summary>The duration in microseconds, of a complete event.</summary>
    public double? Duration { get; init; }

    /// <summary>The id that connects both ends of a flow; null for other events. Perfetto reads only numbers.</summary>
    public long? Flow { get; init; }

    /// <summary>Details.</summary>
    public IEnumerable<KeyValuePair<string, string>> Facts { get; init; } = [];

    /// <summary>The place of a group among the others; null for other events.</summary>
    public int? Place { get; init; }

    /// <summary>A span as a complete event.</summary>
    public static TimelineEvent Of(Activity span, TimelineLane lane, DateTime origin) =>
        new("X", NameOf(span), span.OperationName.StartsWith("System.Net.Http", StringComparison.Ordinal) ? "request" : span.OperationName,
            (int)lane.Group, lane.Row)
        {
            Start = (span.StartTimeUtc - origin).TotalMicroseconds,
            Duration = span.Duration.TotalMicroseconds,
            Facts = FactsOf(span),
        };

    /// <summary>The name of a group.</summary>
    public static TimelineEvent GroupName(TimelineGroup group) => new("M", "process_name", "", (int)group, 0)
    {
        Facts = [new("name", group.ToString())],
    };

    /// <summary>The place of a group. Without one, Perfetto shows the group with the most events first.</summary>
    public static TimelineEvent GroupPlace(TimelineGroup group) => new("M", "process_sort_index", "", (int)group, 0) { Place = (int)group };

    /// <summary>The name of a row.</summary>
    public static TimelineEvent RowName(TimelineLane lane) => new("M", "thread_name", "", (int)lane.Group, lane.Row)
    {
        Facts =
        [
            new("name", lane == TimelineLanes.Run
                ? "Run" : string.Create(CultureInfo.InvariantCulture, $"{lane.Group} {lane.Row + 1}")),
        ],
    };

    /// <summary>Writes it as JSON.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("ph", Phase);
        writer.WriteString("name", Plain(Name));
        if (Category.Length > 0)
            writer.WriteString("cat", Category);
        writer.WriteNumber("pid", Group);
        writer.WriteNumber("tid", FirstThread + Row);
        if (Start is { } start)
            writer.WriteNumber("ts", Math.Round(start, 1));
        if (Duration is { } duration)
            writer.WriteNumber("dur", Math.Round(duration, 1));
        if (Flow is { } flow)
            writer.WriteNumber("id", flow);
        if (Phase == "f")
            writer.WriteString("bp", "e");
        writer.WriteStartObject("args");
        foreach ((string name, string value) in Facts)
            writer.WriteString(name, Plain(value));
        if (Place is { } place)
            writer.WriteNumber("sort_index", place);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    // Perfetto reads no escaped surrogate pair, which is how a writer of JSON puts an emoji of an answer: it omits a detail with one, and
    // opens no file with one in a name.
    private static string Plain(string text) => text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0 ? text
        : string.Concat(text.EnumerateRunes().Select(rune => rune.IsBmp ? rune : Rune.ReplacementChar));

    private static string NameOf(Activity span) => span.OperationName switch
    {
        "image" => $"{span.GetTagItem("container.image.name")}@{Short(span.GetTagItem("oci.manifest.digest"))}",
        "blob" or "manifest" => $"{span.OperationName} {Short(span.GetTagItem("airgap.digest"))}",
        "wait" => $"wait: {span.GetTagItem("airgap.wait.reason")}",
        _ when span.GetTagItem("url.full") is string url && Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) =>
            $"{span.GetTagItem("http.request.method")} {uri.Authority}{uri.AbsolutePath}",
        _ => span.DisplayName,
    };

    private static string Short(object? digest) =>
        digest is string text && text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon
            ? text[(colon + 1)..Math.Min(text.Length, colon + 1 + ShownHex)] : "";

    private static IEnumerable<KeyValuePair<string, string>> FactsOf(Activity span)
    {
        foreach ((string name, object? value) in span.TagObjects)
        {
            // The query may be long.
            if (value is not null && name != "url.full")
                yield return new(name, Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
        }

        if (span.Status == ActivityStatusCode.Error && span.StatusDescription is { Length: > 0 } failure)
            yield return new("failure", failure);
    }
}
