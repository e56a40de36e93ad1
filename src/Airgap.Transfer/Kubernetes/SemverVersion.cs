using System.Globalization;

namespace Airgap.Transfer.Kubernetes;

/// <summary>
/// A version as defined by semver.org, with numbers of at most 64 bits, as required by the readers in a cluster.
/// </summary>
/// <param name="Major">The first number.</param>
/// <param name="Minor">The second number.</param>
/// <param name="Patch">The third number.</param>
/// <param name="Prerelease">The identifiers after the <c>-</c>; empty for a release.</param>
internal readonly record struct SemverVersion(ulong Major, ulong Minor, ulong Patch, string[] Prerelease) : IComparable<SemverVersion>
{
    /// <summary>Reads <c>MAJOR.MINOR.PATCH</c>, optionally followed by <c>-PRERELEASE</c> and <c>+BUILD</c>.</summary>
    public static bool TryParse(string text, out SemverVersion version)
    {
        version = default;
        int plus = text.IndexOf('+', StringComparison.Ordinal);
        if (plus >= 0 && !text[(plus + 1)..].Split('.').All(IsIdentifier))
            return false;
        string release = plus < 0 ? text : text[..plus];
        int dash = release.IndexOf('-', StringComparison.Ordinal);
        string[] prerelease = dash < 0 ? [] : release[(dash + 1)..].Split('.');
        if (!prerelease.All(part => IsIdentifier(part) && (!part.All(char.IsAsciiDigit) || TryNumber(part, out _))))
            return false;
        string[] numbers = (dash < 0 ? release : release[..dash]).Split('.');
        if (numbers.Length != 3 || !TryNumber(numbers[0], out ulong major) || !TryNumber(numbers[1], out ulong minor)
            || !TryNumber(numbers[2], out ulong patch))
            return false;
        version = new SemverVersion(major, minor, patch, prerelease);
        return true;
    }

    /// <summary>Reads a tag, which may begin with <c>v</c>.</summary>
    public static bool TryParseTag(string tag, out SemverVersion version) => TryParse(tag.StartsWith('v') ? tag[1..] : tag, out version);

    /// <summary>The first version of the next major number.</summary>
    public SemverVersion NextMajor() => new(unchecked(Major + 1), 0, 0, []);

    /// <summary>The first version of the next minor number.</summary>
    public SemverVersion NextMinor() => new(Major, unchecked(Minor + 1), 0, []);

    /// <inheritdoc/>
    public int CompareTo(SemverVersion other)
    {
        int numbers = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        if (numbers != 0)
            return numbers;
        (string[] mine, string[] others) = (Prerelease ?? [], other.Prerelease ?? []);
        // A release is later than its pre-releases.
        if (mine.Length == 0 || others.Length == 0)
            return others.Length.CompareTo(mine.Length);
        for (int i = 0; i < mine.Length && i < others.Length; i++)
        {
            int parts = Compare(mine[i], others[i]);
            if (parts != 0)
                return parts;
        }

        return mine.Length.CompareTo(others.Length);
    }

    private static int Compare(string one, string other) => (TryNumber(one, out ulong a), TryNumber(other, out ulong b)) switch
    {
        (true, true) => a.CompareTo(b),
        (true, false) => -1,
        (false, true) => 1,
        _ => string.CompareOrdinal(one, other),
    };

    private static bool IsIdentifier(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    private static bool TryNumber(string text, out ulong number)
    {
        number = 0;
        return text.Length > 0 && text.All(char.IsAsciiDigit) && (text.Length == 1 || text[0] != '0')
            && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
