using System.Collections.Immutable;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Locking;

/// <summary>
/// Reads a lock strictly: content that no run writes is an error with line and column, because it may be a mistake that
/// unpins an item. All errors are reported together, up to the first JSON syntax error.
/// </summary>
internal sealed class ProjectLockReader
{
    private const int MaxBytes = 16 * 1024 * 1024;

    private readonly JsonLocations _places;
    private readonly ImmutableArray<Diagnostic>.Builder _problems;
    private string? _schema;
    private readonly ImmutableSortedDictionary<string, ProjectLockEntry>.Builder _entries = ProjectLock.Empty.Entries.ToBuilder();
    private readonly ImmutableSortedDictionary<string, ProjectLockEntry>.Builder _derived = ProjectLock.Empty.Entries.ToBuilder();

    private ProjectLockReader(string path, byte[] json, ImmutableArray<Diagnostic>.Builder problems)
    {
        _places = new JsonLocations(path, json);
        _problems = problems;
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="problems">Receives the problems: <see cref="ErrorCode.InvalidProjectLock"/>, or a 3xxx
    /// code.</param>
    /// <returns>Null when there is no such file.</returns>
    public static ProjectLock? Read(string path, ImmutableArray<Diagnostic>.Builder problems)
    {
        try
        {
            FileInfo file = new(path);
            if (!file.Exists && !Directory.Exists(path))
                return null;
            if (file.Exists && file.Length > MaxBytes)
                throw new IOException($"it has {file.Length} bytes, but a lock has at most {MaxBytes}.");
            return Read(path, Utf16Text.ToUtf8(File.ReadAllBytes(path).AsMemory()).ToArray(), problems);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            problems.Add(IoFailures.Translate(e, path).ToDiagnostic() with { Location = new SourceLocation(path) });
            return ProjectLock.Empty;
        }
    }

    /// <summary>Reads a file's bytes.</summary>
    public static ProjectLock Read(string path, byte[] json, ImmutableArray<Diagnostic>.Builder problems)
    {
        ProjectLockReader reader = new(path, json, problems);
        reader.Read();
        return new ProjectLock(reader._entries.ToImmutable()) { Schema = reader._schema, Derived = reader._derived.ToImmutable() };
    }

    private void Read()
    {
        Utf8JsonReader json = new(_places.Json);
        try
        {
            json.Read();
            if (json.TokenType == JsonTokenType.StartObject)
                ReadRoot(ref json);
            else
                Add(ref json, "a lock is an object with 'version' and 'items'");
            // Text after the end is a JSON error.
            while (json.Read())
            {
            }
        }
        catch (InvalidOperationException)
        {
            _problems.Add(Problem(_places.PlaceOf(ref json), "the text is not valid Unicode"));
        }
        catch (JsonException e)
        {
            int line = (int)(e.LineNumber ?? 0);
            _problems.Add(Problem(_places.PlaceOf(line, (int)(e.BytePositionInLine ?? 0)), _places.IsConflict(line)
                ? "it contains merge conflict markers"
                : $"the file is not JSON: {e.Message.Split(" LineNumber:")[0].TrimEnd('.')}"));
        }
    }

    private void ReadRoot(ref Utf8JsonReader json)
    {
        SourceLocation root = _places.PlaceOf(ref json);
        HashSet<string> seen = [];
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            if (!seen.Add(name))
                Add(ref json, $"'{name}' is given twice");
            else if (name is not ("version" or "items" or "derived" or SchemaLinks.Property))
                Add(ref json, $"'{LockNames.Shorten(name)}' is unknown");
            json.Read();
            if (name == "version")
                ReadVersion(ref json);
            else if (name == SchemaLinks.Property && json.TokenType == JsonTokenType.String)
                _schema = json.GetString();
            else if (name == SchemaLinks.Property)
                Add(ref json, $"'{SchemaLinks.Property}' must be an address");
            else if (name == "items" && json.TokenType == JsonTokenType.StartObject)
                ReadItems(ref json, _entries, LockNames.WhatIsWrongWith);
            else if (name == "items")
                Add(ref json, "'items' must be an object of references and digests");
            else if (name == "derived" && json.TokenType == JsonTokenType.StartObject)
                ReadItems(ref json, _derived, LockNames.WhatIsWrongWithChoice);
            else if (name == "derived")
                Add(ref json, "'derived' must be an object of selections and digests");
            json.Skip();
        }

        foreach (string missing in new[] { "version", "items" }.Except(seen))
            _problems.Add(Problem(root, $"'{missing}' is missing"));
    }

    private void ReadVersion(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.Number || !json.TryGetInt32(out int version) || version < 1)
            Add(ref json, $"'version' must be {ProjectLock.Version}");
        else if (version > ProjectLock.Version)
            _problems.Add(Problem(_places.PlaceOf(ref json),
                $"its version is {version}, but this release reads {ProjectLock.Version}") with
            {
                Advice =
                "Use the newer release that wrote it."
            });
    }

    private void ReadItems(ref Utf8JsonReader json, ImmutableSortedDictionary<string, ProjectLockEntry>.Builder entries,
        Func<string, string?> findWrong)
    {
        HashSet<string> seen = [];
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string key = json.GetString()!;
            SourceLocation place = _places.PlaceOf(ref json);
            string? wrong = findWrong(key);
            if (!seen.Add(key))
                wrong = $"'{LockNames.Shorten(key)}' is locked twice";
            if (wrong is not null)
                _problems.Add(Problem(place, wrong));
            json.Read();
            if (json.TokenType != JsonTokenType.String || !Digest.TryParse(json.GetString(), out Digest digest))
                Add(
                    ref json,
                    $"the digest of '{LockNames.Shorten(key)}' must be sha256: and 64 lower-case hex digits (or sha512: and 128)");
            else if (wrong is null)
                // A second 'items', which is reported, may have it again.
                entries[key] = new ProjectLockEntry(digest, place);
            json.Skip();
        }
    }

    private void Add(ref Utf8JsonReader json, string why) => _problems.Add(Problem(_places.PlaceOf(ref json), why));

    private static Diagnostic Problem(SourceLocation place, string why) => new(
        ErrorCode.InvalidProjectLock,
        $"{place}: {why}.",
        $"Correct it, restore the previous file, or delete it and write it again with {PropertyNames.UpdateLock}=true.")
    { Location = place };
}
