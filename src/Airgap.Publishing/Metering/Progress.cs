using System.Globalization;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Metering;

/// <summary>The progress of a transfer or a blob.</summary>
/// <param name="Name">What is transferred.</param>
/// <param name="Done">Bytes transferred.</param>
/// <param name="Total">Total bytes.</param>
/// <param name="Rate">Bytes per second; 0 when unknown.</param>
/// <param name="Extra">The time for the requests of small blobs, in addition to that of the bytes.</param>
internal sealed record Progress(string Name, long Done, long Total, double Rate, TimeSpan Extra = default)
{
    private const double LongestSeconds = 1e8;

    /// <summary>The bytes that are expected to be sent; less than the rest where blobs are mounted.</summary>
    public long ToSend { get; init; } = Math.Max(0, Total - Done);

    /// <summary>The time left, by the measured rate; null when no rate is known, and when all is moved but not yet complete.</summary>
    public TimeSpan? Left => Rate < 1 || IsMoved ? null
        : _longest ?? TimeSpan.FromSeconds(Math.Min(LongestSeconds, (ToSend / Rate) + Extra.TotalSeconds));

    private TimeSpan? _longest;

    // Manifests and tags, or the registry's answer, are still to come.
    private bool IsMoved => Total > 0 && Done >= Total;

    /// <summary>The progress of concurrent transfers together: they take as long as the slowest.</summary>
    /// <param name="name">What is transferred.</param>
    /// <param name="all">The transfers.</param>
    public static Progress OfAll(string name, IReadOnlyList<Progress> all)
    {
        bool isUnknown = all.Any(each => each.Left is null && !each.IsMoved && each.Total > 0);
        return new Progress(name, all.Sum(each => each.Done), all.Sum(each => each.Total), isUnknown ? 0 : all.Sum(each => each.Rate))
        {
            _longest = all.Max(each => each.Left),
        };
    }

    private const int WidestBar = 20;
    private const int NarrowestBar = 5;

    /// <summary>Such as <c>3 of 12 blobs, 12.3 MB of 45.0 MB (27%), 8.1 MB/s, 4 s left</c>.</summary>
    public string Text() => string.Create(
        CultureInfo.InvariantCulture, $"{Name}, {Bytes()}{(Total > 0 ? $" ({Percent}%)" : "")}{Speed()}");

    /// <summary>Such as <c>library/redis layer 2/5, 12.3 MB of 45.0 MB, 4 s left</c>.</summary>
    public string Short() => $"{Name}, {Bytes()}{(Left is { } left ? $", {TimeText.Format(left)} left" : "")}";

    /// <summary>Such as <c>[#####---------------]  27%  3 of 12 blobs, 12.3 MB of 45.0 MB, 8.1 MB/s, 4 s left</c>.</summary>
    /// <param name="width">The available columns: if there are too few, the bar is omitted first, then the last
    /// words.</param>
    public string Bar(int width)
    {
        string percent = string.Create(CultureInfo.InvariantCulture, $"{Percent,3}%");
        string[] forms = [$"{percent}  {Name}, {Bytes()}{Speed()}", $"{percent}  {Name}, {Bytes()}", $"{percent}  {Name}", percent];
        string words = forms.FirstOrDefault(form => form.Length + NarrowestBar + "[] ".Length <= width) ?? percent;
        int size = Math.Clamp(width - words.Length - "[] ".Length, NarrowestBar, WidestBar);
        int full = Total == 0 ? 0 : (int)Math.Min(size, (double)Done * size / Total);
        return $"[{new string('#', full)}{new string('-', size - full)}] {words}";
    }

    // Not 100 before the end: then nothing is shown any more.
    private int Percent => Total == 0 ? 0 : Math.Min(99, (int)((double)Done * 100 / Total));

    // Without a known total, only the transferred amount can be shown.
    private string Bytes() => Total < Done || Total == 0 ? ByteSize.Format(Done) : $"{ByteSize.Format(Done)} of {ByteSize.Format(Total)}";

    private string Speed() => Left is { } left ? $", {ByteSize.Format((long)Rate)}/s, {TimeText.Format(left)} left" : "";
}
