using System.Diagnostics.CodeAnalysis;

namespace Airgap.Oci.Credentials.Variables;

/// <summary>The names after <c>IMGPKG_REGISTRY_</c>: a field, plain or with <c>_</c> and a suffix.</summary>
internal static class HostSetVariable
{
    public const string HostName = "HOSTNAME";
    public const string UserName = "USERNAME";
    public const string Password = "PASSWORD";
    public const string IdentityToken = "IDENTITY_TOKEN";
    public const string RegistryToken = "REGISTRY_TOKEN";

    public static IReadOnlyList<string> Fields { get; } = [HostName, UserName, Password, IdentityToken, RegistryToken];

    /// <summary>Splits a name into field and suffix.</summary>
    /// <param name="name">The variable's name without the prefix.</param>
    /// <param name="field">One of <see cref="Fields"/>.</param>
    /// <param name="suffix">Empty, or the rest after the field, with its underscore.</param>
    public static bool TryParse(string name, [NotNullWhen(true)] out string? field, [NotNullWhen(true)] out string? suffix)
    {
        foreach (string candidate in Fields)
        {
            if (name == candidate || name.StartsWith(candidate + "_", StringComparison.Ordinal))
            {
                field = candidate;
                suffix = name[candidate.Length..];
                return true;
            }
        }

        field = null;
        suffix = null;
        return false;
    }

    /// <summary>The allowed name that takes the fewest changes, with the suffix kept.</summary>
    public static string Nearest(string name)
    {
        string best = HostName;
        int fewest = int.MaxValue;
        for (int end = 1; end <= name.Length; end++)
        {
            if (end < name.Length && name[end] != '_')
                continue;
            foreach (string field in Fields)
            {
                int distance = Distance(name[..end].ToUpperInvariant(), field);
                if (distance < fewest)
                {
                    fewest = distance;
                    best = field + name[end..];
                }
            }
        }

        return best;
    }

    private static int Distance(string from, string to)
    {
        // USER, HOST and TOKEN are parts of valid names, and count as nearer than other names of their length.
        if (from.Length > 2 && from != to && to.Contains(from, StringComparison.Ordinal))
            return 1;
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
