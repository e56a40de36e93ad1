using System.Collections.Immutable;
using System.Text.Json;

namespace Airgap.Oci.Creating;

/// <summary>An object of a settings file. Unknown names are errors, so that typos are noticed.</summary>
/// <param name="element">The object.</param>
/// <param name="path">Its place in the file, such as <c>ecr.encryption</c>; empty for the root.</param>
/// <param name="file">The file.</param>
internal sealed class SettingsObject(JsonElement element, string path, string file)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal) { "$schema" };

    /// <summary>A nested object; null if absent.</summary>
    public SettingsObject? Object(string name) => Find(name, JsonValueKind.Object, "an object") is { } found
        ? new SettingsObject(found, PathOf(name), file) : null;

    /// <summary>A string of limited length; null if absent.</summary>
    public string? Text(string name, int most)
    {
        string? text = Find(name, JsonValueKind.String, "a text")?.GetString();
        return text?.Length > most ? throw Wrong(name, $"it has more than {most} characters") : text;
    }

    /// <summary>One of a few words; null if absent.</summary>
    public string? Choice(string name, params string[] words) => Text(name, 100) is not { } text ? null
        : words.Contains(text, StringComparer.Ordinal) ? text
        : throw Wrong(name, $"'{text}' is not one of {string.Join(", ", words)}");

    /// <summary>True or false; null if absent.</summary>
    public bool? Flag(string name) => Find(name, null, "") switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw Wrong(name, "it is not true or false"),
    };

    /// <summary>A whole number, <paramref name="least"/> or more; null if absent.</summary>
    public long? Number(string name, long least) => Find(name, JsonValueKind.Number, "a number") is not { } found ? null
        : found.TryGetInt64(out long number) && number >= least
        ? number : throw Wrong(name, $"it is not a whole number of {least} or more");

    /// <summary>A nested document as its JSON text, of limited length; null if absent.</summary>
    public string? Document(string name, int most)
    {
        string? text = Find(name, JsonValueKind.Object, "an object")?.GetRawText();
        return text?.Length > most ? throw Wrong(name, $"it has more than {most} characters") : text;
    }

    /// <summary>An array of strings.</summary>
    public ImmutableArray<string> Texts(string name, int count, int most)
    {
        if (Find(name, JsonValueKind.Array, "a list") is not { } found)
            return [];
        if (found.GetArrayLength() > count)
            throw Wrong(name, $"it has more than {count} entries");
        return [.. found.EnumerateArray().Select(each => each.ValueKind == JsonValueKind.String && each.GetString()!.Length <= most
            ? each.GetString()! : throw Wrong(name, $"not every entry is a string of at most {most} characters"))];
    }

    /// <summary>An object whose values are strings.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Pairs(string name, int count, int mostKey, int mostValue)
    {
        if (Find(name, JsonValueKind.Object, "an object") is not { } found)
            return [];
        KeyValuePair<string, string>[] pairs = [.. found.EnumerateObject().Select(each => each.Value.ValueKind == JsonValueKind.String
            ? new KeyValuePair<string, string>(each.Name, each.Value.GetString()!) : throw Wrong(name, $"'{each.Name}' is not a string"))];
        if (pairs.Length > count)
            throw Wrong(name, $"it has more than {count} entries");
        if (pairs.FirstOrDefault(pair => pair.Key.Length == 0 || pair.Key.Length > mostKey || pair.Value.Length > mostValue) is
            { Key: not null } wrong)
            throw Wrong(name, $"the key or value of '{wrong.Key}' is too long (at most {mostKey} and {mostValue} characters) or empty");
        return [.. pairs];
    }

    /// <summary>Refuses names that were not read.</summary>
    public void End()
    {
        if (element.EnumerateObject().Select(each => each.Name).FirstOrDefault(name => !_known.Contains(name)) is { } unknown)
            throw Wrong(unknown, $"it is not a setting; {(path.Length == 0 ? "there are" : $"'{path}' has")} " +
                string.Join(", ", _known.Where(name => name[0] != '$')));
    }

    /// <summary>The failure of a setting.</summary>
    public AirgapException Wrong(string name, string why) => OfFile(file, $"the setting '{PathOf(name)}': {why}");

    /// <summary>The failure of a file.</summary>
    public static AirgapException OfFile(string file, string why, Exception? inner = null) => new(
        ErrorCode.InvalidRepositorySettings, $"'{file}' is not a valid file of repository settings: {why}.",
        "Correct the file by its schema, repository-settings.schema.json.", inner)
    { Location = new SourceLocation(file) };

    private string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    private JsonElement? Find(string name, JsonValueKind? kind, string expected)
    {
        _known.Add(name);
        if (!element.TryGetProperty(name, out JsonElement found))
            return null;
        return kind is null || found.ValueKind == kind ? found : throw Wrong(name, $"it is not {expected}");
    }
}
