using System.Collections;

namespace Airgap.Oci.Wire;

/// <summary>A snapshot of the environment, unaffected by later changes and by other projects of a build.</summary>
internal sealed class EnvironmentVariables
{
    private readonly Dictionary<string, string> _values;
    private readonly bool _isProcess;

    private EnvironmentVariables(Dictionary<string, string> values, bool isProcess)
    {
        _values = values;
        _isProcess = isProcess;
    }

    /// <summary>All variables.</summary>
    public IReadOnlyDictionary<string, string> All => _values;

    /// <summary>
    /// The user's home folder, or null. Asks the account database only if the process's own environment does not name
    /// it.
    /// </summary>
    public string? Home
    {
        get
        {
            string? home = OperatingSystem.IsWindows() ? NonEmpty("USERPROFILE") ?? NonEmpty("HOME") : NonEmpty("HOME");
            if (home is null && _isProcess)
                home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            return Path.IsPathFullyQualified(home ?? "") ? home : null;
        }
    }

    /// <summary>A variable's value, or null.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>Copies an environment.</summary>
    /// <param name="given">The variables; null for the process's.</param>
    public static EnvironmentVariables Capture(IReadOnlyDictionary<string, string>? given)
    {
        Dictionary<string, string> values = new(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        if (given is null)
        {
            foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
                values[(string)entry.Key] = (string?)entry.Value ?? "";
        }
        else
        {
            foreach ((string name, string value) in given)
                values[name] = value;
        }

        return new EnvironmentVariables(values, isProcess: given is null);
    }

    /// <summary>A variable's value; null when it is not set or empty.</summary>
    public string? NonEmpty(string name) => _values.TryGetValue(name, out string? value) && value.Length > 0 ? value : null;
}
