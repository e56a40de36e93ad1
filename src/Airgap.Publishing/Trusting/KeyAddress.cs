using Airgap.Oci;
using Airgap.Publishing.Declarations;

namespace Airgap.Publishing.Trusting;

/// <summary>
/// The address of a key in a key service, a token or a variable, as cosign takes it (<c>awskms://</c>, <c>pkcs11:</c>, <c>env://</c>). Keys
/// are read from files here, so such a text must not be reported as a file that is missing.
/// </summary>
internal static class KeyAddress
{
    /// <summary>Determines whether a text is an address. A letter and a colon are a drive of Windows.</summary>
    public static bool Is(string text) => text.StartsWith("pkcs11:", StringComparison.Ordinal)
        || (text.IndexOf("://", StringComparison.Ordinal) is > 1 and int end
            && !text.AsSpan(0, end).ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789+.-"));

    /// <summary>The full path of a key's file; an address as it is.</summary>
    public static string FullPath(PublishSettings settings, string key) => Is(key) ? key : settings.FullPath(key);

    /// <summary>Refuses an address.</summary>
    /// <exception cref="AirgapException"><paramref name="code"/>.</exception>
    public static void Refuse(string text, ErrorCode code, string advice)
    {
        if (Is(text) && !File.Exists(text))
            throw new AirgapException(
                code, $"The key '{text}' is an address, and keys are read only from files, not from key services, tokens or variables.", advice);
    }

    /// <summary>Refuses an address of a key that verifies.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidTrustKey"/>.</exception>
    public static void RefuseVerifying(string text) => Refuse(
        text, ErrorCode.InvalidTrustKey, "Save the public key as a file ('cosign public-key' writes it), and name the file.");
}
