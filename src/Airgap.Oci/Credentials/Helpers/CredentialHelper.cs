using System.ComponentModel;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Credentials.Helpers;

/// <summary>Asks docker's credential helper programs.</summary>
internal sealed class CredentialHelper(EnvironmentVariables environment, CredentialOptions options)
{
    private const int Tries = 3;

    /// <summary>The program of a helper's name.</summary>
    public static string ProgramOf(string name) => "docker-credential-" + name;

    /// <summary>True when the helper's program is on the PATH.</summary>
    public bool Exists(string name) => HelperLocator.Find(ProgramOf(name), environment) is not null;

    /// <summary>Asks a helper.</summary>
    /// <param name="name">The helper, without <c>docker-credential-</c>.</param>
    /// <param name="server">The host, repository or URL to ask for.</param>
    /// <param name="cancellationToken">Ends the wait and the program.</param>
    /// <returns>Null when the helper works and has nothing.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.CredentialHelper"/>.</exception>
    public async Task<Credential?> GetAsync(string name, string server, CancellationToken cancellationToken)
    {
        string program = ProgramOf(name);
        string path = HelperLocator.Find(program, environment) ?? throw HelperFailure.Missing(program, server);
        for (int attempt = 1; ; attempt++)
        {
            HelperOutput output = await RunAsync(program, path, server, cancellationToken);
            if (HelperAnswer.IsAbsent(output))
                return null;
            if (output.ExitCode == 0 && !output.IsTooLong && HelperAnswer.TryRead(output, out Credential? credential))
                return credential;
            if (attempt == Tries || HelperAnswer.IsFinal(output))
                throw HelperFailure.Create(program, server, HelperFailure.Describe(output));
            // Two gcloud helpers at a time disturb each other; a moment later they answer.
            options.Trace?.Invoke($"{program} failed for {server} with exit code {output.ExitCode}, try {attempt} of {Tries}");
            await Task.Delay(TimeSpan.FromSeconds(attempt), options.TimeProvider, cancellationToken);
        }
    }

    private async Task<HelperOutput> RunAsync(string program, string path, string server, CancellationToken cancellationToken)
    {
        try
        {
            return await HelperProcess.RunAsync(path, environment.All, server, options.HelperTimeLimit, options.TimeProvider, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw HelperFailure.Create(program, server, $"it gave no answer within {options.HelperTimeLimit.TotalSeconds:0.###} s and was ended", e);
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            throw HelperFailure.Create(program, server, $"'{path}' cannot be run", e);
        }
    }
}
