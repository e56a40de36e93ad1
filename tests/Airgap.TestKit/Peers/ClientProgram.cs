namespace Airgap.TestKit.Peers;

/// <summary>Runs crane or oras, with credentials and certificates of its own.</summary>
/// <param name="program"><c>crane</c> or <c>oras</c>.</param>
/// <param name="folder">A folder for its files.</param>
/// <param name="authority">The file of an authority to trust; null for none.</param>
public sealed class ClientProgram(string program, TempFolder folder, string? authority = null)
{
    private readonly string _program = Peer.RequireOrSkip(program);

    /// <summary>Runs it in the folder.</summary>
    public Task<CliResult> RunAsync(params string[] arguments) => Cli.RunAsync(
        _program, arguments, new Dictionary<string, string?>
        {
            ["DOCKER_CONFIG"] = folder.Path,
            ["SSL_CERT_FILE"] = authority,
            ["HTTP_PROXY"] = null,
            ["http_proxy"] = null,
        }, folder.Path);

    /// <summary>The trimmed output of a run that must succeed.</summary>
    public async Task<string> SucceedAsync(params string[] arguments) => (await RunAsync(arguments)).EnsureSuccess().Output.Trim();
}
