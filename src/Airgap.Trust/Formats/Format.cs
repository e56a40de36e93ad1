using Airgap.Oci;

namespace Airgap.Trust.Formats;

/// <summary>A kind of file or document, with the failure for a malformed one.</summary>
/// <param name="Code">The code of a bad one.</param>
/// <param name="Name">What it is, as the beginning of a sentence: <c>The sigstore bundle</c>.</param>
/// <param name="Advice">What the user can do.</param>
internal sealed record Format(ErrorCode Code, string Name, string Advice)
{
    /// <summary>A signature's documents, which are untrusted.</summary>
    public static Format Signature(string name) => new(ErrorCode.MalformedSignature, name, "Sign again with a current tool.");

    /// <summary>True for JSON of Protocol Buffers, whose base64 contains no ends of lines.</summary>
    public bool IsProto { get; init; }

    /// <summary>The failure.</summary>
    /// <param name="why">Why, as the end of a sentence.</param>
    /// <param name="inner">The cause.</param>
    public AirgapException Invalid(string why, Exception? inner = null) => new(Code, $"{Name} cannot be read: {why}.", Advice, inner);
}
