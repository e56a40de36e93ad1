using System.Collections.Concurrent;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.Oci.Wire;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Microsoft.AspNetCore.Http;

namespace Airgap.Oci.Tests.Mirrors;

/// <summary>Sources are read from mirrors, and verified by their digests.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class SourceMirrorTests
{
    private const string Origin = "origin.local:5001";
    private const string First = "first.local:5002";
    private const string Second = "second.local:5003";
    private const string Rule = $"""
        [[registry]]
        location = "{Origin}"
        [[registry.mirror]]
        location = "{First}/cache"
        [[registry.mirror]]
        location = "{Second}"
        """;

    private static readonly byte[] s_manifest = Responses.ManifestBytes("one");
    private static readonly byte[] s_blob = Responses.Blob(600_000);

    private readonly TempFolder _folder = new();
    private readonly ConcurrentQueue<Diagnostic> _warnings = [];
    private readonly ConcurrentQueue<SourceUse> _use = [];
    private readonly RegistryTest _test = new();

    private static CancellationToken None => CancellationToken.None;

    private static string ByDigest => Digest.Compute(s_manifest).ToString();

    [TestCleanup]
    public async Task CleanAsync()
    {
        await _test.DisposeAsync();
        _folder.Dispose();
    }

    [TestMethod]
    public async Task TheFirstMirrorThatHasItGivesIt_UnderTheNameThatWasWritten()
    {
        ScriptedServer origin = await ServeAsync(Origin);
        ScriptedServer first = await ServeAsync(First, has: false);
        ScriptedServer second = await ServeAsync(Second);
        using RegistryClient client = Client();
        IImageRepository source = Source(client);
        Assert.AreEqual($"{Origin}/a/b", source.Name.ToString());
        Assert.IsNotNull(await source.FindManifestAsync(ByDigest, None));
        Assert.AreSequenceEqual(s_blob, await ReadAsync(source));
        Assert.IsEmpty(origin.Lines);
        Assert.IsTrue(first.Lines.All(line => line.Contains("/v2/cache/a/b/", StringComparison.Ordinal)));
        Assert.IsTrue(second.Lines.All(line => line.Contains("/v2/a/b/", StringComparison.Ordinal)));
        Assert.IsEmpty(_warnings, "what a mirror does not have is no failure");
        Assert.AreEqual(
            $"{Second}/a/b", ((IRegistry)client).FindMirrors(source.Name, [Digest.Compute(s_blob)]).Single().ToString());
        Assert.IsEmpty(((IRegistry)client).FindMirrors(source.Name, [Digest.Compute("other"u8)]));
        client.Dispose();
        Assert.AreEqual(new SourceUse(Origin, Second, 1, 1, s_manifest.Length + s_blob.Length), Assert.ContainsSingle(_use));
    }

    [TestMethod]
    public async Task AFailingMirror_IsReportedOnce_AndOthersContinue()
    {
        ScriptedServer origin = await ServeAsync(Origin);
        ScriptedServer first = await ServeAsync(First);
        first.OnRequest = context => context.Empty(500);
        using RegistryClient client = Client();
        for (int i = 0; i < 3; i++)
            Assert.IsNotNull(await Source(client).FindManifestAsync(ByDigest, None));
        Assert.HasCount(3, origin.Lines);
        Assert.AreSequenceEqual([ErrorCode.MirrorFailed, ErrorCode.MirrorFailed], _warnings.Select(warning => warning.Code));
        Assert.IsTrue(_warnings.Any(warning => warning.Message.Contains(First, StringComparison.Ordinal)));
        Assert.IsLessThan(10, _test.Connections.Count(to => to == Second), "what cannot be reached is not asked again");
    }

    /// <summary>It returns wrong bytes from some offset on, so that only the complete content shows it.</summary>
    [TestMethod]
    public async Task WrongContentOfAMirror_IsReadFromAnotherEndpoint()
    {
        await ServeAsync(Origin);
        byte[] wrong = [.. s_blob];
        wrong[^1] ^= 1;
        (await ServeAsync(First)).OnRequest = context => context.Bytes(wrong);
        using RegistryClient client = Client();
        Assert.AreSequenceEqual(s_blob, await ReadAsync(Source(client)));
        Assert.Contains(First, _warnings.First().Message);
    }

    [TestMethod]
    public async Task IfAMirrorBreaks_AnotherContinues_AndTheWholeIsVerified()
    {
        ScriptedServer origin = await ServeAsync(Origin);
        ScriptedServer first = await ServeAsync(First);
        first.OnRequest = async context =>
        {
            context.Response.ContentLength = s_blob.Length;
            await context.Response.Body.WriteAsync(s_blob.AsMemory(0, 200_000));
            await context.Response.Body.FlushAsync();
            first.OnRequest = again => again.Empty(500);
            context.Abort();
        };
        using RegistryClient client = Client();
        using MemoryStream all = new();
        await using (Stream stream = await Source(client).GetBlob(Described).OpenAsync(0, None))
            await stream.CopyToAsync(all);
        Assert.AreSequenceEqual(s_blob, all.ToArray());
        Assert.HasCount(1, origin.Lines);
        Assert.StartsWith("bytes=", origin.Seen.Single(seen => seen.Line.Contains("/blobs/", StringComparison.Ordinal))["Range"]!);
    }

    [TestMethod]
    public async Task ATag_IsResolvedByAMirror_OnlyIfItsSettingAllows()
    {
        ScriptedServer origin = await ServeAsync(Origin);
        ScriptedServer first = await ServeAsync(First);
        using RegistryClient client =
            Client(Rule.Replace("/cache\"", "/cache\"\npull-from-mirror = \"digest-only\"", StringComparison.Ordinal));
        Assert.IsNotNull(await Source(client).ResolveAsync("v1", None));
        Assert.IsEmpty(first.Lines);
        Assert.HasCount(1, origin.Lines);
        Assert.IsNotNull(await Source(client).ResolveAsync(ByDigest, None));
        Assert.HasCount(1, first.Lines);
    }

    [TestMethod]
    public async Task ADestination_IsReachedDirectly_WhateverTheMirrors()
    {
        ScriptedServer origin = await ServeAsync(Origin);
        ScriptedServer first = await ServeAsync(First);
        using RegistryClient client = Client(Rule + "\n[[registry]]\nlocation = \"bad.io\"\nblocked = true\n");
        Assert.IsNotNull(await client.GetRepository(RepositoryName.Parse(Origin + "/a/b")).FindManifestAsync(ByDigest, None));
        Assert.HasCount(1, origin.Lines);
        Assert.IsEmpty(first.Lines);
        Assert.IsNotNull(client.GetRepository(RepositoryName.Parse("bad.io/x")));
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => ((IRegistry)client).GetSource(RepositoryName.Parse("bad.io/x")));
        Assert.AreEqual(ErrorCode.RegistryBlocked, e.Code);
    }

    [TestMethod]
    public async Task EachMirrorHasItsOwnCredentials()
    {
        await ServeAsync(Origin);
        await ServeAsync(First);
        FakeCredentials credentials = new(null);
        using RegistryClient client = Client(credentials: credentials);
        ScriptedServer first = await ServeAsync(First);
        first.OnRequest = context => context.Challenge("Basic realm=\"r\"");
        Assert.IsNotNull(await Source(client).FindManifestAsync(ByDigest, None));
        Assert.AreSequenceEqual([$"{First}/cache/a/b"], credentials.Asked.Select(name => name.ToString()).Distinct());
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task SkopeoReadsTheSameFileAlike()
    {
        await using ScriptedServer mirror = await ScriptedServer.StartAsync();
        mirror.OnRequest = Serve;
        string conf = _folder["skopeo.conf"];
        await File.WriteAllTextAsync(conf, $"""
            [[registry]]
            prefix = "nowhere.example.com/team"
            location = "127.0.0.1:1/team"
            insecure = true
            [[registry.mirror]]
            location = "127.0.0.1:{mirror.Port}/cache"
            insecure = true
            """);
        CliResult theirs = await Skopeo.RunAsync(
            ["--registries-conf", conf, "inspect", "--raw", $"docker://nowhere.example.com/team/b@{ByDigest}"]);
        Assert.AreEqual(ByDigest, Digest.Compute(System.Text.Encoding.UTF8.GetBytes(theirs.EnsureSuccess().Output)).ToString());
        string[] lines = [.. mirror.Lines.Select(line => line.Replace("HEAD", "GET", StringComparison.Ordinal))];
        mirror.Seen.Clear();
        using RegistryClient client = new(new RegistryOptions { RegistriesConf = conf }, new FakeCredentials(null));
        IImageRepository ours = ((IRegistry)client).GetSource(RepositoryName.Parse("nowhere.example.com/team/b"));
        Assert.IsNotNull(await ours.FindManifestAsync(ByDigest, None));
        Assert.AreEqual(lines[^1], mirror.Lines[^1]);
    }

    private static Descriptor Described => new("application/octet-stream", Digest.Compute(s_blob), s_blob.Length);

    private static async Task<byte[]> ReadAsync(IImageRepository source) => await source.GetBlob(Described).ReadWholeAsync(
        async (stream, token) =>
        {
            using MemoryStream all = new();
            await stream.CopyToAsync(all, token);
            return all.ToArray();
        },
        None);

    private static Task Serve(HttpContext context) => context.Request.Path.Value!.Contains("/manifests/", StringComparison.Ordinal)
        ? context.Manifest(s_manifest)
        : context.Request.Headers.Range.ToString() is ['b', 'y', 't', 'e', 's', '=', .. var range]
            ? PartAsync(context, int.Parse(range.Split('-')[0], null)) : context.Bytes(s_blob);

    private static Task PartAsync(HttpContext context, int from)
    {
        context.Response.Headers.ContentRange = $"bytes {from}-{s_blob.Length - 1}/{s_blob.Length}";
        return context.Bytes(s_blob[from..], status: 206);
    }

    private async Task<ScriptedServer> ServeAsync(string host, bool has = true)
    {
        ScriptedServer server = await _test.ServeAsync(host);
        server.OnRequest = has ? Serve : context => context.Error(404, "MANIFEST_UNKNOWN", "none");
        return server;
    }

    private RegistryClient Client(string rule = Rule, FakeCredentials? credentials = null)
    {
        File.WriteAllText(_folder["registries.conf"], rule);
        return _test.Client(credentials, options => options with
        {
            RegistriesConf = _folder["registries.conf"],
            Warning = _warnings.Enqueue,
            SourceRead = _use.Enqueue,
        });
    }

    private static IImageRepository Source(IRegistry client) => client.GetSource(RepositoryName.Parse(Origin + "/a/b"));
}
