using Airgap.Trust.Formats;

namespace Airgap.Trust.Roots;

/// <summary>The period of trust in a key or authority, both ends included.</summary>
/// <param name="Start">The start.</param>
/// <param name="End">The end; null when open.</param>
internal readonly record struct Validity(DateTimeOffset Start, DateTimeOffset? End)
{
    /// <summary>Trusted at every time.</summary>
    public static Validity Always { get; } = new(DateTimeOffset.MinValue, null);

    /// <summary>True when the time is inside.</summary>
    public bool Contains(DateTimeOffset time) => time >= Start && (End is not { } end || time <= end);

    /// <summary>Reads <c>validFor</c>; null when it has no start.</summary>
    public static Validity? Read(JsonFields? fields)
    {
        if (fields is null)
            return null;
        DateTimeOffset? start = Time(fields, "start");
        DateTimeOffset? end = Time(fields, "end");
        return start is { } from ? new Validity(from, end) : null;
    }

    private static DateTimeOffset? Time(JsonFields fields, string name) => fields.Text(name) is not { } text ? null
        : Rfc3339.Read(text) ?? throw fields.Format.Invalid($"'{name}' is not a time");
}
