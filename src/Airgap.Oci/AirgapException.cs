namespace Airgap.Oci;

/// <summary>An expected failure: something a user can mend, with what to do about it.</summary>
/// <remarks><see cref="Exception.Message"/> is one sentence that says what was wrong and names the reference or digest. Control characters in it, which a registry may have put there, stand as escapes.</remarks>
public sealed class AirgapException : Exception
{
    /// <summary>Makes a failure.</summary>
    /// <param name="code">What kind of failure.</param>
    /// <param name="message">What was wrong and where, one sentence, without the code.</param>
    /// <param name="advice">What to do, one sentence; empty only where nothing can be done.</param>
    /// <param name="innerException">The cause, for a debugger; its text is not shown to users.</param>
    public AirgapException(ErrorCode code, string message, string advice, Exception? innerException = null)
        : base(Printable.Of(message), innerException)
    {
        Code = code;
        Advice = Printable.Of(advice);
    }

    /// <summary>What kind of failure.</summary>
    public ErrorCode Code { get; }

    /// <summary>What to do, one sentence.</summary>
    public string Advice { get; }

    /// <summary>The image or repository it is about, as far as known.</summary>
    public string? Reference { get; init; }

    /// <summary>The digest it is about, as far as known.</summary>
    public string? Digest { get; init; }

    /// <summary>Where in the user's files, as far as known.</summary>
    public SourceLocation? Location { get; init; }

    /// <summary>The HTTP status that caused it, or 0.</summary>
    public int StatusCode { get; init; }

    /// <summary>The same failure as a plain value, for a log or a report.</summary>
    public Diagnostic ToDiagnostic() => new(Code, Message, Advice) { Reference = Reference, Digest = Digest, Location = Location };
}
