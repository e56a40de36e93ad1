using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using Airgap.Oci.Wire;
using Polly;

namespace Airgap.Oci.Credentials.Helpers;

/// <summary>Runs docker's credential helper programs.</summary>
internal sealed class CredentialHelper(EnvironmentVariables environment, CredentialOptions options)
{
    private const int Tries = 3;

    /// <summary>The program of a helper's name.</summary>
    public static string ProgramOf(string name) => "docker-credential-" + name;

    /// <summary>True when the helper's program is on the PATH.</summary>
    public bool Exists(string name) => HelperLocator.Find(ProgramOf(name), environment) is not null;

    /// <summary>Runs a helper.</summary>
    /// <param name="name">The helper, without <c>docker-credential-</c>.</param>
    /// <param name="server">The host, repository or URL to ask for.</param>
    /// <param name="cancellationToken">Cancels the wait and ends the program.</param>
    /// <returns>Null when the helper works but has no credentials.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.CredentialHelper"/>.</exception>
    public async Task<Credential?> GetAsync(string name, string server, CancellationToken cancellationToken)
    {
        string program = ProgramOf(name);
        string path = HelperLocator.Find(program, environment) ?? throw HelperFailure.Missing(program, server);

        // Concurrent gcloud helpers disturb each other; they succeed a moment later.
        ResiliencePipeline<HelperOutput> tries = ServiceRetryPolicy.Create<HelperOutput>(
            options.TimeProvider,
            Tries,
            TimeSpan.FromSeconds(1),
            outcome => outcome.Result is { } output && !IsAnswer(output) && !HelperResponse.IsFinal(output),
            (attempt, outcome) => options.Trace?.Invoke(
                $"{program} failed for {server} with exit code {outcome.Result!.ExitCode}, try {attempt} of {Tries}"));
        HelperOutput output = await tries.ExecuteAsync(async token => await RunAsync(program, path, server, token), cancellationToken);
        if (HelperResponse.IsAbsent(output))
            return null;
        return TryRead(output, out Credential? credential)
            ? credential : throw HelperFailure.Create(program, server, HelperFailure.Describe(output));
    }

    private static bool IsAnswer(HelperOutput output) => HelperResponse.IsAbsent(output) || TryRead(output, out _);

    private static bool TryRead(HelperOutput output, [NotNullWhen(true)] out Credential? credential)
    {
        credential = null;
        return output.ExitCode == 0 && !output.IsTooLong && HelperResponse.TryRead(output, out credential);
    }

    private async Task<HelperOutput> RunAsync(string program, string path, string server, CancellationToken cancellationToken)
    {
        try
        {
            return await HelperProcess.RunAsync(
                path, environment.All, server, options.HelperTimeLimit, options.TimeProvider, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw HelperFailure.Create(
                program, server, $"it did not answer within {options.HelperTimeLimit.TotalSeconds:0.###} s and was ended", e);
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            throw HelperFailure.Create(program, server, $"'{path}' cannot be run", e);
        }
    }
}
