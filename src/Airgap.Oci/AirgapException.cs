namespace Airgap.Oci;

/// <summary>An expected failure with advice for the user.</summary>
/// <remarks><see cref="Exception.Message"/> is one sentence that names the problem and the reference or digest. Control characters in it
/// are escaped.</remarks>
public sealed class AirgapException : Exception
{
    /// <summary>Makes a failure.</summary>
    /// <param name="code">The kind of failure.</param>
    /// <param name="message">The problem and its location, one sentence, without the code.</param>
    /// <param name="advice">The advice, one sentence; empty only if nothing can be done.</param>
    /// <param name="innerException">The cause, for a debugger; its text is not shown to users.</param>
    internal AirgapException(ErrorCode code, string message, string advice, Exception? innerException = null)
        : base(Printable.Of(message), innerException)
    {
        Code = code;
        Advice = Printable.Of(advice);
    }

    /// <summary>The kind of failure.</summary>
    public ErrorCode Code { get; }

    /// <summary>The advice, one sentence.</summary>
    public string Advice { get; }

    /// <summary>The image or repository concerned; null when unknown.</summary>
    public string? Reference { get; internal init; }

    /// <summary>The digest concerned; null when unknown.</summary>
    public string? Digest { get; internal init; }

    /// <summary>The location in the user's files; null when unknown.</summary>
    internal SourceLocation? Location { get; init; }

    /// <summary>The HTTP status that caused it, or 0.</summary>
    public int StatusCode { get; internal init; }

    /// <summary>The same failure as a plain value, for a log or a report.</summary>
    public Diagnostic ToDiagnostic() => new(Code, Message, Advice) { Reference = Reference, Digest = Digest, Location = Location };
}
