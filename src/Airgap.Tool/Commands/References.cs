using System.Diagnostics.CodeAnalysis;
using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Tool.Commands;

/// <summary>Reads references on the command line, with imgpkg's error messages.</summary>
internal static class References
{
    /// <summary>
    /// Reads a reference as imgpkg does, which treats a colon without a tag as no tag. A project's references are
    /// stricter: there, that would hide an empty property.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ImageReference? reference, [NotNullWhen(false)] out string? problem)
    {
        int at = text.IndexOf('@', StringComparison.Ordinal);
        string name = at < 0 ? text : text[..at];
        return ImageReference.TryParse(name.EndsWith(':') ? name[..^1] + text[name.Length..] : text, out reference, out problem);
    }

    /// <summary>Reads a reference.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidReference"/>.</exception>
    public static ImageReference Parse(string text) => TryParse(text, out ImageReference? reference, out string? problem)
        ? reference
        : throw new AirgapException(
            ErrorCode.InvalidReference,
            $"could not parse reference: {UserInfo.Hide(text)}: {problem}.",
            "Write HOST[:PORT]/PATH:TAG or HOST[:PORT]/PATH@sha256:DIGEST, without http:// or https://.")
        { Reference = UserInfo.Hide(text) };
}
