using Airgap.Oci;

namespace Airgap.Trust.Certificates;

/// <summary>The exact name, or a pattern for the whole name in which <c>*</c> matches any characters.</summary>
internal sealed class IdentityPattern
{
    private readonly string[] _parts;

    private IdentityPattern(string text, string[] parts)
    {
        Text = text;
        _parts = parts;
    }

    /// <summary>As the user wrote it.</summary>
    public string Text { get; }

    /// <summary>Reads one.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidTrustRule"/>: it would match every name.</exception>
    public static IdentityPattern Parse(string text) => text.AsSpan().Trim("* ").IsEmpty
        ? throw new AirgapException(
            ErrorCode.InvalidTrustRule,
            $"The identity '{text}' would match every name.",
            "Write the name as the certificate has it; '*' matches a part of it.")
        : new IdentityPattern(text, text.Split('*'));

    /// <summary>The exact name, without wildcards.</summary>
    public static IdentityPattern Exact(string text) => new(text, [text]);

    /// <summary>True when the whole name matches.</summary>
    public bool Matches(string name)
    {
        if (_parts.Length == 1)
            return name == _parts[0];
        string first = _parts[0];
        string last = _parts[^1];
        if (name.Length < first.Length + last.Length || !name.StartsWith(first, StringComparison.Ordinal)
            || !name.EndsWith(last, StringComparison.Ordinal))
            return false;
        int at = first.Length;
        int end = name.Length - last.Length;
        foreach (string part in _parts.AsSpan(1, _parts.Length - 2))
        {
            int found = name.AsSpan(at, end - at).IndexOf(part, StringComparison.Ordinal);
            if (found < 0)
                return false;
            at += found + part.Length;
        }

        return true;
    }
}
