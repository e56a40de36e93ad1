using System.Text;
using System.Text.Json;

namespace Airgap.Oci.Credentials.Docker;

/// <summary>Reads the credentials in the JSON of a docker config and skips everything else.</summary>
/// <remarks>
/// Source: docker's configuration file reference; containers-auth.json(5). Names are case-insensitive, as in Go.
/// </remarks>
internal ref struct DockerConfigReader
{
    private readonly ReadOnlySpan<byte> _content;
    private readonly string _file;
    private Utf8JsonReader _json;
    private readonly KeyedEntries<DockerAuthEntry> _auths = new(entry => !entry.IsEmpty);
    private readonly KeyedEntries<HelperName> _helpers = new(_ => true);
    private HelperName? _defaultHelper;

    private DockerConfigReader(ReadOnlySpan<byte> content, string file)
    {
        _content = content;
        _file = file;
        _json = new Utf8JsonReader(content);
    }

    /// <summary>Reads a config.</summary>
    /// <param name="content">The file's bytes; a byte order mark and an empty file are accepted.</param>
    /// <param name="file">The path, for errors.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidDockerConfig"/>, with line and column.</exception>
    public static DockerConfig Read(ReadOnlySpan<byte> content, string file)
    {
        if (content.StartsWith(Encoding.UTF8.Preamble))
            content = content[Encoding.UTF8.Preamble.Length..];
        if (content.IndexOfAnyExcept(" \t\r\n"u8) < 0)
            return DockerConfig.Empty;
        DockerConfigReader reader = new(content, file);
        try
        {
            return reader.ReadConfig();
        }
        catch (JsonException e)
        {
            throw Invalid(new SourceLocation(file, (int)(e.LineNumber ?? 0) + 1, (int)(e.BytePositionInLine ?? 0) + 1),
                "it is not JSON", e);
        }
        catch (InvalidOperationException e)
        {
            // The reader throws this for a string that is not Unicode.
            throw Invalid(reader.Here, "a string in it is not Unicode", e);
        }
    }

    // Line and column of the current token, counted in bytes as by the JSON reader.
    private readonly SourceLocation Here
    {
        get
        {
            ReadOnlySpan<byte> before = _content[..(int)_json.TokenStartIndex];
            return new SourceLocation(_file, before.Count((byte)'\n') + 1, before.Length - before.LastIndexOf((byte)'\n'));
        }
    }

    private DockerConfig ReadConfig()
    {
        _json.Read();
        RequireObject("the file");
        while (NextProperty() is { } name)
        {
            switch (name.ToLowerInvariant())
            {
                case "auths":
                    ReadAuths();
                    break;
                case "credhelpers":
                    ReadHelpers();
                    break;
                case "credsstore":
                    _defaultHelper = ReadHelperName("credsStore");
                    break;
                default:
                    _json.Skip();
                    break;
            }
        }

        _json.Read();
        return new DockerConfig(_auths.ToDictionary(), _helpers.ToDictionary(), _defaultHelper);
    }

    private void ReadAuths()
    {
        if (_json.TokenType == JsonTokenType.Null)
            return;
        RequireObject("auths");
        while (NextProperty() is { } key)
        {
            DockerAuthEntry entry = new() { Location = Here };
            if (_json.TokenType != JsonTokenType.Null)
                ReadAuth(entry);
            _auths.Add(key, entry);
        }
    }

    private void ReadAuth(DockerAuthEntry entry)
    {
        RequireObject("an entry of auths");
        while (NextProperty() is { } name)
        {
            switch (name.ToLowerInvariant())
            {
                case "auth":
                    entry.Auth = ReadText("auth");
                    break;
                case "username":
                    entry.UserName = ReadText("username");
                    break;
                case "password":
                    entry.Password = ReadText("password");
                    break;
                case "identitytoken":
                    entry.IdentityToken = ReadText("identitytoken");
                    break;
                case "registrytoken":
                    entry.RegistryToken = ReadText("registrytoken");
                    break;
                default:
                    _json.Skip();
                    break;
            }
        }
    }

    private void ReadHelpers()
    {
        if (_json.TokenType == JsonTokenType.Null)
            return;
        RequireObject("credHelpers");
        while (NextProperty() is { } key)
            _helpers.Add(key, ReadHelperName("an entry of credHelpers"));
    }

    private HelperName ReadHelperName(string what)
    {
        string name = ReadText(what);
        return HelperName.IsValid(name)
            ? new HelperName(name)
            : throw Invalid(Here, $"{what} is not a helper's name, which has only letters, digits, '.', '-' and '_'");
    }

    // The next property's name, with the reader moved to its value; null at the object's end.
    private string? NextProperty()
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.EndObject)
            return null;
        string name = _json.GetString()!;
        _json.Read();
        return name;
    }

    private readonly string ReadText(string what) => _json.TokenType switch
    {
        JsonTokenType.String => _json.GetString()!,
        JsonTokenType.Null => "",
        _ => throw Invalid(Here, $"{what} must be a string"),
    };

    private readonly void RequireObject(string what)
    {
        if (_json.TokenType != JsonTokenType.StartObject)
            throw Invalid(Here, $"{what} must be an object");
    }

    private static AirgapException Invalid(SourceLocation place, string problem, Exception? cause = null) => new(
        ErrorCode.InvalidDockerConfig,
        $"The docker config '{place.File}' cannot be used, line {place.Line}, column {place.Column}: {problem}.",
        "Correct the file, or point DOCKER_CONFIG at a folder with another config.json.",
        cause)
    { Location = place };
}
