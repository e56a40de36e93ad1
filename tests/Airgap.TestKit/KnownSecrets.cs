using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;

namespace Airgap.TestKit;

/// <summary>Finds secrets in the output of a program, in the encodings that programs use.</summary>
public sealed class KnownSecrets
{
    private readonly List<(string Name, byte[] Form)> _forms = [];

    /// <summary>Also looks for these.</summary>
    /// <param name="secrets">Each longer than eight characters, since parts of ordinary words would be found everywhere.</param>
    public void Add(params IEnumerable<string> secrets)
    {
        foreach (string secret in secrets)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(secret.Length, 9);
            foreach (string form in FormsOf(secret).Distinct())
                _forms.Add((secret, Encoding.UTF8.GetBytes(form)));
        }
    }

    /// <summary>The first secret in a text; null when there is none.</summary>
    public string? FindIn(string text) => FindIn(Encoding.UTF8.GetBytes(text));

    /// <summary>The first secret in some bytes, or in their unpacked form; null when there is none.</summary>
    public string? FindIn(ReadOnlySpan<byte> bytes)
    {
        foreach ((string name, byte[] form) in _forms)
        {
            if (bytes.IndexOf(form) >= 0 || bytes.IndexOf(Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(form))) >= 0)
                return $"{name} as '{Encoding.UTF8.GetString(form)}'";
        }

        return bytes.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]) ? FindIn(Unpacked(bytes)) : null;
    }

    /// <summary>Every file below a folder that contains a secret, with the secret.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="isTheirPlace">True for the files whose purpose is to contain them.</param>
    public IEnumerable<string> FindBelow(string folder, Func<string, bool> isTheirPlace)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(path => !isTheirPlace(path)))
        {
            if (FindIn(Path.GetFileName(path)) is { } named)
                yield return $"the name {path}: {named}";
            if (FindIn(File.ReadAllBytes(path)) is { } held)
                yield return $"{path}: {held}";
        }
    }

    private static IEnumerable<string> FormsOf(string secret)
    {
        yield return secret;
        yield return Uri.EscapeDataString(secret);
        yield return WebUtility.UrlEncode(secret);
        yield return WebUtility.HtmlEncode(secret);
        yield return JavaScriptEncoder.Default.Encode(secret);
        yield return Convert.ToHexStringLower(Encoding.UTF8.GetBytes(secret));
        // Text before the secret, such as a user name, shifts its base64 to one of three forms.
        for (int before = 0; before < 3; before++)
        {
            string text = Convert.ToBase64String([.. new byte[before], .. Encoding.UTF8.GetBytes(secret)]);
            string inner = text[(before == 0 ? 0 : before + 1)..^4];
            yield return inner;
            yield return inner.Replace('+', '-').Replace('/', '_');
        }
    }

    private static byte[] Unpacked(ReadOnlySpan<byte> bytes)
    {
        using MemoryStream packed = new(bytes.ToArray());
        using MemoryStream content = new();
        try
        {
            using GZipStream unpacking = new(packed, CompressionMode.Decompress);
            unpacking.CopyTo(content);
        }
        catch (InvalidDataException)
        {
            // Only the readable part is searched.
        }

        return content.ToArray();
    }
}
