namespace Airgap.Oci.Credentials.Keychains.Amazon;

/// <summary>The profiles of Amazon's config and credentials files.</summary>
/// <remarks>Source: AWS SDKs and Tools reference guide, "Format of shared config and credentials files".</remarks>
internal sealed class AwsProfiles
{
    private readonly Dictionary<string, Dictionary<string, string>> _profiles = new(StringComparer.Ordinal);

    /// <summary>A profile's settings, or null.</summary>
    public IReadOnlyDictionary<string, string>? this[string name] => _profiles.GetValueOrDefault(name);

    /// <summary>Adds a file's profiles; existing settings are kept.</summary>
    /// <param name="text">The file.</param>
    /// <param name="isConfig">True for the config file, where a profile's header is <c>[profile NAME]</c>, except for
    /// the default profile.</param>
    public void Add(string text, bool isConfig)
    {
        Dictionary<string, string>? profile = null;
        foreach (string line in text.Split('\n'))
        {
            // An indented line belongs to a nested setting, none of which is about credentials.
            if (line.Length == 0 || char.IsWhiteSpace(line[0]) || line[0] is '#' or ';')
                continue;
            string content = line.Trim();
            if (content is ['[', ..] && content.IndexOf(']', StringComparison.Ordinal) is var end and > 0)
                profile = Open(content[1..end].Trim(), isConfig);
            else if (profile is not null && content.IndexOf('=', StringComparison.Ordinal) is var equals and > 0)
                profile.TryAdd(content[..equals].Trim().ToLowerInvariant(), Value(content[(equals + 1)..]));
        }
    }

    private Dictionary<string, string>? Open(string header, bool isConfig)
    {
        string name = header;
        if (isConfig && header != "default")
        {
            string[] words = header.Split((char[])[' ', '\t'], 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (words is not ["profile", { } given])
                return null;
            name = given;
        }

        if (!_profiles.TryGetValue(name, out Dictionary<string, string>? profile))
            _profiles.Add(name, profile = new Dictionary<string, string>(StringComparer.Ordinal));
        return profile;
    }

    private static string Value(string text)
    {
        int comment = text.IndexOf(" #", StringComparison.Ordinal);
        return (comment < 0 ? text : text[..comment]).Trim();
    }
}
