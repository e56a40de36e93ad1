using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Registry.Users;

/// <summary>
/// The users of a password file in the format of docker's registry: lines of <c>USER:BCRYPT</c>, as <c>htpasswd -B</c> writes them.
/// </summary>
/// <remarks>
/// A changed file applies from the next request on. A password that was once right is then recognised by a keyed hash,
/// because bcrypt is deliberately slow; wrong passwords are checked with bcrypt, a few at a time.
/// </remarks>
internal sealed class PasswordFile : IUserStore, IDisposable
{
    private const string Advice = "Write it with 'htpasswd -B -c FILE USER'; a line is USER:HASH, and only bcrypt hashes are accepted.";

    private const int MaxBytes = 16 * 1024 * 1024;

    private readonly string _path;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly SemaphoreSlim _places = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly ConcurrentDictionary<string, (string Hash, byte[] Code)> _known = new(StringComparer.Ordinal);
    private volatile Content _content;

    /// <summary>Reads the file.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidPasswordFile"/> with file and line, or a 3xxx code.</exception>
    public PasswordFile(string path)
    {
        _path = path;
        _content = Read(path);
    }

    public async ValueTask<bool> KnowsAsync(string user, string password, CancellationToken cancellationToken)
    {
        Content content = Current();
        FrozenDictionary<string, string> users = content.Users;
        bool exists = users.TryGetValue(user, out string? hash);
        byte[] code = HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{user}:{password}"));
        if (exists && _known.TryGetValue(user, out (string Hash, byte[] Code) known) && known.Hash == hash
            && CryptographicOperations.FixedTimeEquals(known.Code, code))
            return true;
        await _places.WaitAsync(cancellationToken);
        bool matches;
        try
        {
            matches = await Task.Run(() => BCrypt.Net.BCrypt.Verify(password, exists ? hash : content.Nobody), cancellationToken);
        }
        finally
        {
            _places.Release();
        }

        if (!exists || !matches)
            return false;
        _known[user] = (hash!, code);
        return true;
    }

    public void Dispose() => _places.Dispose();

    // If a file is temporarily unreadable, for instance half written, the known users stay valid.
    private Content Current()
    {
        Content content = _content;
        try
        {
            if (File.GetLastWriteTimeUtc(_path) != content.Modified)
                _content = content = Read(_path);
        }
        catch (Exception e) when (e is AirgapException or IOException or UnauthorizedAccessException)
        {
        }

        return content;
    }

    private static Content Read(string path)
    {
        DateTime modified;
        string[] lines;
        try
        {
            modified = File.GetLastWriteTimeUtc(path);
            if (new FileInfo(path).Length > MaxBytes)
                throw new AirgapException(ErrorCode.InvalidPasswordFile, $"'{path}' has more than {MaxBytes / (1024 * 1024)} MiB.", Advice)
                {
                    Location = new SourceLocation(path)
                };
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw IoFailures.Translate(e, path);
        }

        Dictionary<string, string> users = new(StringComparer.Ordinal);
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0 || line.StartsWith('#'))
                continue;
            int colon = line.IndexOf(':');
            string hash = line[(colon + 1)..];
            if (colon <= 0)
                throw Invalid("it is not USER:HASH");
            if (!IsBcrypt(hash))
                throw Invalid($"the hash of '{line[..colon]}' is not a bcrypt hash, which begins with $2y$, $2a$ or $2b$");
            if (!users.TryAdd(line[..colon], hash))
                throw Invalid($"'{line[..colon]}' occurs a second time");

            AirgapException Invalid(string why) =>
                new(ErrorCode.InvalidPasswordFile, $"Line {i + 1} of '{path}' cannot be read: {why}.", Advice)
                {
                    Location = new SourceLocation(path, i + 1)
                };
        }

        if (users.Count == 0)
            throw new AirgapException(ErrorCode.InvalidPasswordFile, $"'{path}' names no user.", Advice)
            {
                Location = new SourceLocation(path)
            };
        return new Content(users.ToFrozenDictionary(StringComparer.Ordinal), users.Values.MaxBy(hash => hash[4..6])!, modified);
    }

    private static bool IsBcrypt(string hash) =>
        hash.Length == 60
        && hash.StartsWith("$2", StringComparison.Ordinal) && hash[2] is 'a' or 'b' or 'y' && hash[3] == '$' && hash[6] == '$'
        && int.TryParse(hash.AsSpan(4, 2), NumberStyles.None, CultureInfo.InvariantCulture, out int cost) && cost is >= 4 and <= 31
        && !hash.AsSpan(7).ContainsAnyExcept("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    // Checking an unknown user takes as long as a known one: the costliest hash is checked, and the result is ignored.
    private sealed record Content(FrozenDictionary<string, string> Users, string Nobody, DateTime Modified);
}
