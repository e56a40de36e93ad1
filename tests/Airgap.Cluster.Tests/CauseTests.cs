using System.Text.Json;
using System.Text.RegularExpressions;
using Airgap.Cluster.Causes;
using Airgap.Cluster.Objects;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>Every recorded end state is reported with its cause.</summary>
[TestClass]
public sealed partial class CauseTests
{
    public static IEnumerable<object?[]> States() => KubernetesFixtures.Read("index.json").GetProperty("states").EnumerateArray()
        .Select(state => new object?[] { state.GetProperty("file").GetString(), state.Text("cause"),
            state.Items("conditions").FirstOrDefault() is { ValueKind: JsonValueKind.String } first ? first.GetString() : null })
        .Where(row => File.Exists(Path.Combine(KubernetesFixtures.Root, (string)row[0]!)));

    [TestMethod]
    public void AllStates_AreRecorded()
    {
        Assert.AreSequenceEqual(
            new[] { "packageinstalls", "packagerepositories" }.SelectMany(
                folder => Directory.GetFiles(Path.Combine(KubernetesFixtures.Root, folder))
                .Select(file => $"{folder}/{Path.GetFileName(file)}"))
                .Order(StringComparer.Ordinal),
            States().Select(row => (string)row[0]!).Order(StringComparer.Ordinal));
        Assert.HasCount(71, States().Where(row => ((string)row[0]!).StartsWith("packagerepositories/", StringComparison.Ordinal)));
        Assert.HasCount(18, States().Where(row => ((string)row[0]!).StartsWith("packageinstalls/", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void ADeletionThatNobodyExplains_NamesItsFinalizers()
    {
        JsonElement held = JsonElement.Parse(
            """{"metadata":{"namespace":"a","name":"b","deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["example.com/hold"]}}""");

        Assert.AreEqual(
            "PackageRepository a/b is being deleted, and waits for the finalizer example.com/hold.",
            Explanation.Of(ReconcileState.Of(held), "PackageRepository").Diagnostic.Message);
    }

    [TestMethod]
    public void EachRecordedPattern_TellsTheSameCause_OfTheSameRecordings()
    {
        JsonElement[] patterns = [.. KubernetesFixtures.Read("patterns.json").Items("patterns")];
        Assert.AreSequenceEqual(
            Enum.GetNames<Cause>().Order(StringComparer.Ordinal),
            patterns.Select(pattern => pattern.Text("cause")!).Distinct().Order(StringComparer.Ordinal));
        foreach (JsonElement pattern in patterns)
        {
            foreach (string recording in pattern.Items("states").Select(state => state.GetString()!))
            {
                (ReconcileState state, string kind) = Read($"{recording}.json");
                Assert.AreEqual(pattern.Text("cause"), Explanation.Of(state, kind).Cause?.ToString(), recording);
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(States))]
    public void AState_IsItsCause(string file, string? cause, string? condition)
    {
        (ReconcileState state, string kind) = Read(file);

        ReconcilePhase expected = condition switch
        {
            "ReconcileSucceeded" => ReconcilePhase.Succeeded,
            "ReconcileFailed" => ReconcilePhase.Failed,
            "DeleteFailed" => ReconcilePhase.Deleting,
            _ when state.Object.Flag("spec", "paused") => ReconcilePhase.Paused,
            "Reconciling" => ReconcilePhase.Reconciling,
            _ => ReconcilePhase.NotObserved,
        };
        Assert.AreEqual(expected, state.Phase);
        if (state.Message is null)
        {
            Assert.IsNull(cause);
            return;
        }

        Explanation why = Explanation.Of(state, kind);
        Assert.AreEqual(cause, why.Cause?.ToString());
        Assert.DoesNotContain("\n", why.Diagnostic.Message);
        Assert.IsEmpty(Slot().Matches(why.Diagnostic.Advice), why.Diagnostic.Advice);
    }

    [TestMethod]
    public void EveryCause_IsInTheTable_AndWasSeen()
    {
        HashSet<string> seen = [.. States().Select(row => (string?)row[1]).OfType<string>()];
        string[] unseen = [.. Enum.GetNames<Cause>().Where(name => !seen.Contains(name))];

        // Only the stories contain these two.
        Assert.AreSequenceEqual(new[] { nameof(Cause.ProxyUnreachable), nameof(Cause.TlsTimeout) }, unseen);
    }

    [TestMethod]
    public void AnUnknownMessage_IsShown_WithTheCommandForDetails()
    {
        ReconcileState state = ReconcileState.Of(JsonElement.Parse("""
            {"metadata":{"name":"a","namespace":"b","generation":1},"status":{"observedGeneration":1,"usefulErrorMessage":"something\n  new","conditions":[{"type":"ReconcileFailed","status":"True"}]}}
            """));

        Explanation why = Explanation.Of(state, "PackageRepository");

        Assert.IsNull(why.Cause);
        Assert.Contains("something new.", why.Diagnostic.Message);
        Assert.Contains("kubectl -n b get packagerepository a -o yaml", why.Diagnostic.Advice);
    }

    private static (ReconcileState State, string Kind) Read(string file)
    {
        JsonElement recorded = KubernetesFixtures.Read(file);
        bool isInstall = file.StartsWith("packageinstalls/", StringComparison.Ordinal);
        JsonElement found = KubernetesFixtures.Body(recorded.GetProperty(isInstall ? "packageInstall" : "get"));
        // A story may continue until the cause is removed.
        if (file.StartsWith("stories/", StringComparison.Ordinal))
            found = KubernetesFixtures.Events(recorded.GetProperty("watch")).Select(entry => entry.GetProperty("object"))
                .Last(each => each.Text("status", "usefulErrorMessage") is not null);
        return (ReconcileState.Of(found), isInstall ? "PackageInstall" : "PackageRepository");
    }

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Slot();
}
