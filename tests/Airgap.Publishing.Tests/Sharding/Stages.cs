using System.Text.RegularExpressions;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Credentials;
using Airgap.Oci.Wire;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Sharding;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Tests.Sharding;

/// <summary>A project that is published in stages, each like a separate process: it reads only the plan's file.</summary>
internal sealed partial class Stages(PublishSettings settings, params PublishItem[] items)
{
    private static readonly CancellationToken s_token = CancellationToken.None;

    public List<string> Notices { get; } = [];

    public PublishSettings Settings { get; init; } = settings with { Plan = "plan.json" };

    public PublishItem[] Items { get; init; } = items;

    public string PlanFile => Settings.FullPath(Settings.Plan);

    public Stages With(Func<PublishSettings, PublishSettings> change) => new(Settings, Items) { Settings = change(Settings) };

    public Stages WithItems(params PublishItem[] other) => new(Settings, other) { Settings = Settings };

    /// <summary>The whole publish in one process.</summary>
    public Task<PublishResult> WholeAsync() => WithClientAsync(
        client => new Publisher(client).RunAsync(Items, Settings with { Plan = "" }, s_token));

    public Task<WrittenRunPlan?> PlanAsync() => WithClientAsync(async client =>
    {
        using PreparedProject prepared = await PrepareAsync(client, null, PlanStages.Of(Settings, PublishStage.Plan));
        return await new ProjectPlan(prepared.Publisher, client).WriteAsync(prepared.Publish!, null, s_token);
    });

    public Task<string> ShardAsync(string shard, Func<string, string?>? environment = null) => WithClientAsync(async client =>
    {
        PublishSettings own = PlanStages.Of(Settings with { Shard = shard }, PublishStage.Shard);
        PrecomputedPlans given = PrecomputedPlans.Read(own, client);
        using PreparedProject prepared = await PrepareAsync(client, given, own);
        return (await new ProjectStages(given, client, own, SilentObserver.Instance).SendAsync(
            prepared, environment ?? (_ => null), s_token)).Summary;
    });

    public Task<PublishResult> FinishAsync() => WithClientAsync(async client =>
    {
        PublishSettings own = PlanStages.Of(Settings, PublishStage.Finish);
        PrecomputedPlans given = PrecomputedPlans.Read(own, client);
        using PreparedProject prepared = await PrepareAsync(client, given, own);
        return await new ProjectStages(given, client, own, SilentObserver.Instance).FinishAsync(
            prepared, diagnostic => Notices.Add(diagnostic.Message), s_token);
    });

    /// <summary>The plan, all its shards, and the finish.</summary>
    public async Task<PublishResult> AllAsync(int count)
    {
        WrittenRunPlan? plan = await With(settings => settings with { Shards = count }).PlanAsync();
        Assert.IsEmpty(plan!.Refusals);
        foreach (int number in Enumerable.Range(1, count).Reverse())
            await ShardAsync($"{number}/{count}");
        return await FinishAsync();
    }

    /// <summary>The files of a publish without times, and without what the finish did not do: the shards sent the bytes.</summary>
    public static IReadOnlyDictionary<string, string> FilesOf(string folder, string host) => Directory
        .GetFiles(folder, "*", SearchOption.AllDirectories)
        .ToDictionary(file => Path.GetRelativePath(folder, file), file => Path.GetExtension(file) == ".tar"
            ? Digest.Compute(File.ReadAllBytes(file)).ToString()
            : Path.GetExtension(file) == ".html" ? "relocation.json as a page" : Told().Replace(
                File.ReadAllText(file).Replace(host, "HOST", StringComparison.Ordinal).Replace(folder, "FOLDER", StringComparison.Ordinal),
                "$1:…"));

    public static void AssertSame(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other)
    {
        CollectionAssert.AreEquivalent(one.Keys.ToArray(), other.Keys.ToArray());
        foreach ((string file, string text) in one)
            Assert.AreEqual(text, other[file], file);
    }

    private async Task<PreparedProject> PrepareAsync(IRegistry client, IPrecomputedPlans? given, PublishSettings own)
    {
        ProjectPublisher publisher = new(client, null) { Given = given };
        PreparedProject prepared = await publisher.PrepareAsync(new DeclaredProject([.. Items], null, own, []), s_token);
        Assert.IsEmpty(prepared.Problems);
        return prepared;
    }

    private static async Task<T> WithClientAsync<T>(Func<RegistryClient, Task<T>> work)
    {
        using RegistryClient client =
            new(new RegistryOptions(), CredentialSources.CreateDefault(new CredentialOptions { Anonymous = true }));
        return await work(client);
    }

    [GeneratedRegex("(\"(?:ended|elapsedSeconds|seconds|outcome|summary|action|retries|count|bytes|created|time)\"): " +
        "?(?:\"[^\"]*\"|[0-9.]+)")]
    private static partial Regex Told();
}
