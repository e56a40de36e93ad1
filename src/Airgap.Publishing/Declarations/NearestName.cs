namespace Airgap.Publishing.Declarations;

/// <summary>Finds the name that a mistyped name is closest to.</summary>
internal static class NearestName
{
    /// <summary>The nearest name within a number of differing letters, or null.</summary>
    /// <param name="name">The name as written.</param>
    /// <param name="candidates">The valid names.</param>
    /// <param name="atMost">The maximum number of differing letters; null for a third of the name's length.</param>
    public static string? Find(string name, IEnumerable<string> candidates, int? atMost = null)
    {
        (string Name, int Distance) best = candidates
            .Select(candidate => (Name: candidate, Distance: Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .MinBy(pair => pair.Distance);
        return best.Distance <= (atMost ?? Math.Max(2, name.Length / 3)) ? best.Name : null;
    }

    /// <summary>Advice on what to write instead.</summary>
    public static string Advice(string name, IReadOnlyCollection<string> candidates) => Find(name, candidates) is { } nearest
        ? $"Did you mean {nearest}?"
        : $"Remove it, or use one of {string.Join(", ", candidates)}.";

    /// <summary>The number of letters by which two words differ: the Levenshtein distance, computed one row at a time.</summary>
    public static int Distance(string from, string to)
    {
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (from[i - 1] == to[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
