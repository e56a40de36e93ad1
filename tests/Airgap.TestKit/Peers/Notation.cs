namespace Airgap.TestKit.Peers;

/// <summary>Runs notation with a test certificate and a configuration of its own.</summary>
/// <param name="folder">A folder for its files.</param>
public sealed class Notation(TempFolder folder)
{
    private readonly string _program = Peer.RequireOrSkip("notation");

    /// <summary>The folder of its trust stores.</summary>
    public string TrustStore => Path.Combine(folder.Path, "notation", "truststore");

    /// <summary>A trust policy that requires the certificate's signature everywhere.</summary>
    public string Policy => folder["trustpolicy.json"];

    /// <summary>Makes the certificate, and a policy that trusts it.</summary>
    public async Task PrepareAsync()
    {
        File.WriteAllText(Policy, """
            {"version":"1.0","trustPolicies":[{"name":"all","registryScopes":["*"],"signatureVerification":{"level":"strict"},
             "trustStores":["ca:airgap.test"],"trustedIdentities":["*"]}]}
            """);
        (await RunAsync("cert", "generate-test", "--default", "airgap.test")).EnsureSuccess();
        (await RunAsync("policy", "import", "--force", Policy)).EnsureSuccess();
    }

    /// <summary>Signs an image.</summary>
    /// <param name="reference">By digest.</param>
    /// <param name="format"><c>jws</c> or <c>cose</c>.</param>
    /// <param name="byTag">True to list it in the tag of the referrers' fallback, even if the registry has the API.</param>
    public async Task SignAsync(string reference, string format, bool byTag) => (await RunAsync(
        "sign", "--insecure-registry", "--signature-format", format, $"--force-referrers-tag={(byTag ? "true" : "false")}", reference))
        .EnsureSuccess();

    /// <summary>Verifies an image by the policy.</summary>
    public Task<CliResult> VerifyAsync(string reference) => RunAsync("verify", "--insecure-registry", reference);

    private Task<CliResult> RunAsync(params string[] arguments) => Cli.RunAsync(
        _program, arguments, new Dictionary<string, string?>
        {
            ["XDG_CONFIG_HOME"] = folder.Path,
            ["HTTP_PROXY"] = null,
            ["http_proxy"] = null,
        });
}
