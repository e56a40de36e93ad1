// dotnet run build/quickstart.cs
//
// The main job from a clean clone, with nothing but the SDK: packs the packages, starts the embedded registry, imports a
// committed archive into it, publishes samples/SimpleApp against it, and verifies every digest at the destination itself.
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;

string root = Path.GetDirectoryName(Path.GetDirectoryName(PathOfThisFile()))!;
string packages = Path.Combine(root, "artifacts", "packages");
string output = Path.Combine(root, "artifacts", "quickstart");
DirectoryInfo temp = Directory.CreateTempSubdirectory("airgap-quickstart-");
Process? registry = null;
try
{
    Say("Packing Airgap.Build and dotnet-airgap to artifacts/packages");
    Dotnet("pack", "src/Airgap.Build", "-c", "Release", "-o", packages);
    Dotnet("pack", "src/Airgap.Tool", "-c", "Release", "-o", packages);
    string tool = Path.Combine(root, "src", "Airgap.Tool", "bin", "Release", "net10.0", "dotnet-airgap.dll");

    registry = Start(readsOutput: true, tool, "serve", "--folder", Path.Combine(temp.FullName, "registry"), "--listen", "127.0.0.1:0");
    string address = await registry.StandardOutput.ReadLineAsync() ?? throw new QuickstartException("The registry did not start.");
    using HttpClient client = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(address) };
    string host = client.BaseAddress.Authority;
    Say($"A registry runs at {host}; importing samples/SimpleApp/simple-app-bundle.tar");
    Dotnet(tool, "copy", "--tar", "samples/SimpleApp/simple-app-bundle.tar", "--to-repo", $"{host}/user1/simple-app-bundle");

    Say($"Publishing samples/SimpleApp with AirgapRegistry={host}/apps");
    if (Directory.Exists(output))
        Directory.Delete(output, recursive: true);
    Dotnet(
        "publish", "samples/SimpleApp",
        "--artifacts-path", output,
        $"-p:SourceRegistry={host}",
        $"-p:AirgapRegistry={host}/apps",
        $"-p:AirgapOutputPath={Path.Combine(output, "airgap")}/",
        $"-p:RestoreSources={packages}",
        "-p:UseAppHost=false");

    string manifest = File.ReadAllText(Path.Combine(output, "airgap", "manifests", "simple-package-repository.packagerepository.yml"));
    Say("artifacts/quickstart/airgap/manifests/simple-package-repository.packagerepository.yml");
    Console.WriteLine(manifest);
    using JsonDocument report = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(output, "airgap", "relocation.json")));
    int verified = await ShowAndVerifyAsync(client, report.RootElement, manifest);
    Say($"{verified} digests verified at the destination.");
    return 0;
}
catch (QuickstartException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
finally
{
    if (registry is { HasExited: false })
        registry.Kill(entireProcessTree: true);
    registry?.WaitForExit();
    registry?.Dispose();
    temp.Delete(recursive: true);
}

async Task<int> ShowAndVerifyAsync(HttpClient client, JsonElement report, string manifest)
{
    Say($"What moved: {report.GetProperty("summary").GetString()}");
    HashSet<string> verified = [];
    foreach (JsonElement item in report.GetProperty("items").EnumerateArray())
    {
        string destination = item.GetProperty("destination").GetString()!;
        if (!manifest.Contains(destination))
            throw new QuickstartException($"The manifest does not name {destination}.");
        foreach (JsonElement image in item.GetProperty("images").EnumerateArray())
        {
            string place = image.GetProperty("destination").GetString()!;
            Console.WriteLine(
                $"  {image.GetProperty("outcome").GetString(),-8} {image.GetProperty("size").GetInt64(),8} bytes  " +
                $"{image.GetProperty("source").GetString()}\n           -> {place}");
            string repository = place[(place.IndexOf('/') + 1)..place.IndexOf('@')];
            await VerifyManifestAsync(client, repository, image.GetProperty("digest").GetString()!, verified);
        }
    }

    if (verified.Count == 0)
        throw new QuickstartException("Nothing arrived.");
    return verified.Count;
}

async Task VerifyManifestAsync(HttpClient client, string repository, string digest, HashSet<string> verified)
{
    using JsonDocument content = JsonDocument.Parse(await VerifiedAsync(client, $"v2/{repository}/manifests/{digest}", digest, verified));
    foreach (JsonElement child in Children(content.RootElement, "manifests"))
        await VerifyManifestAsync(client, repository, child.GetProperty("digest").GetString()!, verified);
    foreach (JsonElement layer in Children(content.RootElement, "layers"))
        await VerifiedAsync(client, $"v2/{repository}/blobs/{layer.GetProperty("digest").GetString()}",
            layer.GetProperty("digest").GetString()!, verified);
    if (content.RootElement.TryGetProperty("config", out JsonElement config))
        await VerifiedAsync(client, $"v2/{repository}/blobs/{config.GetProperty("digest").GetString()}",
            config.GetProperty("digest").GetString()!, verified);
}

async Task<byte[]> VerifiedAsync(HttpClient client, string path, string digest, HashSet<string> verified)
{
    using HttpRequestMessage request = new(HttpMethod.Get, path);
    request.Headers.TryAddWithoutValidation(
        "Accept",
        "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, " +
        "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json, */*");
    using HttpResponseMessage response = await client.SendAsync(request);
    if (!response.IsSuccessStatusCode)
        throw new QuickstartException($"{path}: {(int)response.StatusCode}");
    byte[] bytes = await response.Content.ReadAsByteArrayAsync();
    string actual = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));
    if (actual != digest)
        throw new QuickstartException($"{path} has the digest {actual}.");
    verified.Add(digest);
    return bytes;
}

static IEnumerable<JsonElement> Children(JsonElement manifest, string name) =>
    manifest.TryGetProperty(name, out JsonElement list) ? list.EnumerateArray() : [];

void Dotnet(params string[] arguments)
{
    using Process process = Start(readsOutput: false, arguments);
    process.WaitForExit();
    if (process.ExitCode != 0)
        throw new QuickstartException($"dotnet {string.Join(' ', arguments)}: exit code {process.ExitCode}");
}

Process Start(bool readsOutput, params string[] arguments)
{
    ProcessStartInfo start = new("dotnet", arguments) { WorkingDirectory = root, RedirectStandardOutput = readsOutput };
    // The packages have the same version in every run: a separate package folder contains no older one.
    if (arguments[0] == "publish")
        start.Environment["NUGET_PACKAGES"] = Path.Combine(temp.FullName, "packages");
    // No build server may outlive this program.
    start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
    start.Environment["UseSharedCompilation"] = "false";
    start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
    start.Environment["DOTNET_NOLOGO"] = "1";
    // Everything is on this machine, so no proxy is used.
    start.Environment["NO_PROXY"] = "127.0.0.1";
    start.Environment["MSBUILDTERMINALLOGGER"] = "off";
    return Process.Start(start) ?? throw new QuickstartException("dotnet did not start.");
}

static void Say(string text) => Console.WriteLine($"\n== {text}");

static string PathOfThisFile([CallerFilePath] string path = "") => path;

internal sealed class QuickstartException(string message) : Exception(message);
