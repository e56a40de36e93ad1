namespace Airgap.TestKit.Peers;

/// <summary>Runs cosign with keys, and without its services: no log, no certificate, no trusted root.</summary>
/// <param name="folder">A folder for its files.</param>
public sealed class Cosign(TempFolder folder)
{
    /// <summary>The password of every private key here.</summary>
    public const string Password = "airgap";

    // Signs without asking a log or a timestamp authority.
    private const string NoServices = """
        {"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json",
         "rekorTlogConfig":{"selector":"ANY"},"tsaConfig":{"selector":"ANY"}}
        """;

    private static readonly string[] s_noLog = ["--insecure-ignore-tlog=true"];

    private readonly string _program = Peer.RequireOrSkip("cosign");

    /// <summary>Makes cosign's encrypted form of a private key of the fixtures.</summary>
    /// <returns>The path of the private key.</returns>
    public async Task<string> ImportAsync(string key)
    {
        string prefix = folder[$"cosign-{key}"];
        if (!File.Exists($"{prefix}.key"))
        {
            string pem = Path.Combine(Fixtures.Root, "trust", "keys", $"{key}.pem");
            (await RunAsync("import-key-pair", "--key", pem, "--output-key-prefix", prefix, "--yes")).EnsureSuccess();
        }

        return $"{prefix}.key";
    }

    /// <summary>Signs an image with a key of the fixtures.</summary>
    /// <param name="reference">By digest.</param>
    /// <param name="key">The name of the key.</param>
    /// <param name="isBundle">True for a bundle that refers to the image; false for a <c>.sig</c> tag.</param>
    public async Task SignAsync(string reference, string key, bool isBundle)
    {
        string[] form = isBundle
            ? ["--signing-config", Config()]
            : ["--use-signing-config=false", "--tlog-upload=false", "--new-bundle-format=false"];
        (await RunAsync(["sign", "--key", await ImportAsync(key), .. form, "--yes", reference])).EnsureSuccess();
    }

    /// <summary>Signs a file; the bundle is written next to it.</summary>
    public async Task<string> SignFileAsync(string file, string key)
    {
        string bundle = $"{file}.{key}.json";
        (await RunAsync(
            "sign-blob", "--key", await ImportAsync(key), "--signing-config", Config(), "--bundle", bundle, "--yes", file)).EnsureSuccess();
        return bundle;
    }

    /// <summary>Verifies an image with a public key.</summary>
    public Task<CliResult> VerifyAsync(string reference, string publicKey, params string[] more) =>
        RunAsync(["verify", "--key", publicKey, .. s_noLog, .. more, reference]);

    /// <summary>Verifies a file by the bundle next to it.</summary>
    public Task<CliResult> VerifyFileAsync(string file, string bundle, string publicKey) =>
        RunAsync(["verify-blob", "--key", publicKey, "--bundle", bundle, .. s_noLog, file]);

    /// <summary>Runs cosign with any arguments.</summary>
    public Task<CliResult> RunAsync(params string[] arguments) => Cli.RunAsync(
        _program, arguments, new Dictionary<string, string?>
        {
            ["COSIGN_PASSWORD"] = Password,
            ["HOME"] = folder.Path,
            ["HTTP_PROXY"] = null,
            ["http_proxy"] = null,
        });

    private string Config()
    {
        string path = folder["signing-config.json"];
        File.WriteAllText(path, NoServices);
        return path;
    }
}
