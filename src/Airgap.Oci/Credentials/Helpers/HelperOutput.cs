namespace Airgap.Oci.Credentials.Helpers;

/// <summary>The result of a helper program.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Out">Its standard output: credentials or, in the protocol, an error.</param>
/// <param name="Error">The beginning of its standard error.</param>
/// <param name="IsTooLong">True when standard output exceeded the limit and was cut.</param>
internal sealed record HelperOutput(int ExitCode, string Out, string Error, bool IsTooLong)
{
    /// <summary>Never the content.</summary>
    public override string ToString() => $"exit code {ExitCode}";
}
