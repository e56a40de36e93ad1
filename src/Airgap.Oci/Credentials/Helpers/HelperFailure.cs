namespace Airgap.Oci.Credentials.Helpers;

/// <summary>Makes the failure of a helper: the program, the server, and the first line it wrote, without secrets.</summary>
internal static class HelperFailure
{
    private const int MaxText = 200;

    public static AirgapException Create(string program, string server, string problem, Exception? cause = null) => new(
        ErrorCode.CredentialHelper,
        $"The credential helper '{program}' failed for {server}: {problem}.",
        $"Try `echo {server} | {program} get`, or log in to the registry again.",
        cause)
    { Reference = server };

    public static AirgapException Missing(string program, string server) => new(
        ErrorCode.CredentialHelper,
        $"The credential helper '{program}', which is configured for {server}, is not on the PATH.",
        "Install it, or remove its name from the docker config or from IMGPKG_ACTIVE_KEYCHAINS.")
    { Reference = server };

    /// <summary>The problem with the output, as the end of a sentence.</summary>
    public static string Describe(HelperOutput output)
    {
        if (output.IsTooLong)
            return "it wrote more than 64 KiB";
        string said = Said(output);
        string what = output.ExitCode == 0 ? "its answer is not the JSON of a credential" : $"exit code {output.ExitCode}";
        return said.Length == 0 ? what : $"{what}, '{said}'";
    }

    private static string Said(HelperOutput output)
    {
        string text = FirstLine(output.Error);
        // In the protocol, an error's text appears on standard output; if that is JSON, it may contain a secret.
        if (text.Length == 0 && output.ExitCode != 0 && !output.Out.Contains('{'))
            text = FirstLine(output.Out);
        if (HelperResponse.TryReadFields(output.Out, out _, out string? secret) && secret.Length > 0)
            text = text.Replace(secret, "***", StringComparison.Ordinal);
        return text.Length <= MaxText ? text : text[..MaxText] + "…";
    }

    private static string FirstLine(string text)
    {
        foreach (string line in text.Split('\n'))
        {
            string printable = string.Concat(line.Where(c => !char.IsControl(c))).Trim();
            if (printable.Length > 0)
                return printable;
        }

        return "";
    }
}
