namespace Airgap.Oci.Credentials.Helpers;

/// <summary>What a helper program did.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Out">What it wrote to standard output: credentials, or by the protocol an error.</param>
/// <param name="Error">What it wrote to standard error, the beginning.</param>
/// <param name="IsTooLong">True when standard output had more than the limit, and is cut.</param>
internal sealed record HelperOutput(int ExitCode, string Out, string Error, bool IsTooLong)
{
    /// <summary>Never the content.</summary>
    public override string ToString() => $"exit code {ExitCode}";
}
