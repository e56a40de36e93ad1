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

    /// <summary>The time left, by the measured rate; null when no rate is known.</summary>
    public TimeSpan? Left =>
        Rate < 1 ? null : TimeSpan.FromSeconds(Math.Min(LongestSeconds, (Math.Max(0, Total - Done) / Rate) + Extra.TotalSeconds));

    private const int WidestBar = 20;
    private const int NarrowestBar = 5;

    /// <summary>Such as <c>3 of 12 blobs, 12.3 MB of 45.0 MB (27%), 8.1 MB/s, 4 s left</c>.</summary>
    public string Text() => string.Create(CultureInfo.InvariantCulture, $"{Name}, {Bytes()} ({Percent}%){Speed()}");

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
        int full = Total == 0 ? size : (int)(Done * size / Total);
        return $"[{new string('#', full)}{new string('-', size - full)}] {words}";
    }

    private int Percent => Total == 0 ? 100 : (int)(Done * 100 / Total);

    // Without a known total, only the transferred amount can be shown.
    private string Bytes() => Total < Done || Total == 0 ? ByteSize.Format(Done) : $"{ByteSize.Format(Done)} of {ByteSize.Format(Total)}";

    private string Speed() => Left is { } left ? $", {ByteSize.Format((long)Rate)}/s, {TimeText.Format(left)} left" : "";
}
