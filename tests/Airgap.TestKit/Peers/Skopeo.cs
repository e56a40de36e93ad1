namespace Airgap.TestKit.Peers;

/// <summary>Runs skopeo against registries that speak http.</summary>
public static class Skopeo
{
    /// <summary>Whether it is installed.</summary>
    public static bool IsAvailable => Cli.Find("skopeo") is not null;

    /// <summary>Copies an image or index; <c>--all</c>, so that an index keeps all its images.</summary>
    /// <param name="source">Such as <c>docker://127.0.0.1:5000/a:1</c>, <c>dir:/tmp/x</c> or <c>oci:/tmp/x:tag</c>.</param>
    /// <param name="destination">As the source.</param>
    /// <param name="more">More arguments of <c>skopeo copy</c>.</param>
    public static Task<CliResult> CopyAsync(string source, string destination, params string[] more) => RunAsync(
        ["copy", "--all", "--preserve-digests", "--src-tls-verify=false", "--dest-tls-verify=false", .. more, source, destination]);

    /// <summary>The manifest's bytes as text.</summary>
    public static async Task<string> InspectRawAsync(string reference) =>
        (await RunAsync(["inspect", "--raw", "--tls-verify=false", reference])).EnsureSuccess().Output;

    /// <summary>The output of skopeo inspect for an image, as JSON.</summary>
    public static async Task<string> InspectAsync(string reference) =>
        (await RunAsync(["inspect", "--tls-verify=false", reference])).EnsureSuccess().Output;

    /// <summary>Runs skopeo with any arguments; without it the test is inconclusive.</summary>
    public static Task<CliResult> RunAsync(IEnumerable<string> arguments) =>
        Cli.RunAsync(Peer.Require("skopeo"), ["--insecure-policy", .. arguments],
            new Dictionary<string, string?> { ["HTTP_PROXY"] = null, ["http_proxy"] = null });
}
