using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Tool.Commands;

/// <summary>References on the command line, refused in imgpkg's words.</summary>
internal static class References
{
    /// <summary>Reads a reference.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidReference"/>.</exception>
    public static ImageReference Parse(string text) => ImageReference.TryParse(text, out ImageReference? reference, out string? problem)
        ? reference
        : throw new AirgapException(
            ErrorCode.InvalidReference,
            $"could not parse reference: {text}: {problem}.",
            "Write HOST[:PORT]/PATH:TAG or HOST[:PORT]/PATH@sha256:DIGEST, without http:// or https://.")
        { Reference = text };
}
