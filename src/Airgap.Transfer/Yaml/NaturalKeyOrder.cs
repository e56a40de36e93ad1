using System.Text;

namespace Airgap.Transfer.Yaml;

/// <summary>
/// The order in which Go's YAML library writes the keys of a map: letters after all other characters, numbers by value (<c>a9</c> before
/// <c>a10</c>).
/// </summary>
internal sealed class NaturalKeyOrder : IComparer<string>
{
    private NaturalKeyOrder()
    {
    }

    /// <summary>The order.</summary>
    public static NaturalKeyOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        Rune[] a = [.. (x ?? "").EnumerateRunes()];
        Rune[] b = [.. (y ?? "").EnumerateRunes()];
        for (int i = 0; i < a.Length && i < b.Length; i++)
        {
            if (a[i] == b[i])
                continue;
            bool letterA = Rune.IsLetter(a[i]);
            bool letterB = Rune.IsLetter(b[i]);
            if (letterA != letterB)
                return letterA ? 1 : -1;
            if (letterA)
                return a[i].CompareTo(b[i]);
            (long numberA, long numberB) = (0, 0);
            if (a[i].Value == '0' || b[i].Value == '0')
                numberA = numberB = FollowsNonZeroDigit(a, i) ? 1 : 0;
            int endA = ReadNumber(a, i, ref numberA);
            int endB = ReadNumber(b, i, ref numberB);
            if (numberA != numberB)
                return numberA.CompareTo(numberB);
            return endA != endB ? endA.CompareTo(endB) : a[i].CompareTo(b[i]);
        }

        return a.Length.CompareTo(b.Length);
    }

    // A zero after other digits counts as a digit of the number; a leading zero does not.
    private static bool FollowsNonZeroDigit(Rune[] text, int i)
    {
        for (int j = i - 1; j >= 0 && Rune.IsDigit(text[j]); j--)
        {
            if (text[j].Value != '0')
                return true;
        }

        return false;
    }

    private static int ReadNumber(Rune[] text, int i, ref long number)
    {
        for (; i < text.Length && Rune.IsDigit(text[i]); i++)
            number = unchecked((number * 10) + text[i].Value - '0');
        return i;
    }
}
