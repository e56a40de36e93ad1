using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;

namespace Airgap.Publishing.Tests.Declarations;

/// <summary>A publish applies to a cluster that is named in two places that agree, and to no other.</summary>
[TestClass]
public sealed class ApplyTargetTests
{
    [TestMethod]
    [DataRow("production", "production", null, DisplayName = "both name it")]
    [DataRow("", "production", "does not name the cluster", DisplayName = "the project does not name it")]
    [DataRow("production", null, "KUBECONFIG is not set", DisplayName = "the environment does not name it")]
    [DataRow("production", "staging", "is 'staging'", DisplayName = "they differ")]
    [DataRow("production", "", "is not set", DisplayName = "the kubeconfig has no current context")]
    [DataRow("production", "missing", "names no existing file", DisplayName = "the kubeconfig is not there")]
    public void TheClusterIsNamedTwice(string context, string? current, string? problem)
    {
        using TempFolder folder = new();
        if (current is not (null or "missing"))
            File.WriteAllText(folder["config"],
                $"apiVersion: v1\nkind: " +
                $"Config\n{(current.Length > 0 ? $"current-context: {current}\n" : "")}users:\n- name: u\n  user: {{token: s3cr3t}}\n");

        // A relative path starts from the project.
        ImmutableArray<Diagnostic> problems = Problems(folder, new ApplySettings(context, null), current is null ? null : "config");

        Assert.HasCount(problem is null ? 0 : 1, problems);
        if (problem is null)
            return;
        Assert.AreEqual(ErrorCode.ApplyRefused, problems[0].Code);
        Assert.Contains(problem, problems[0].Message);
        Assert.DoesNotContain("s3cr3t", problems[0].Text);
    }

    [TestMethod]
    public void TheFirstFileWithACurrentContextCounts_AndAMissingOneIsPassedOver()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["one"], "kind: Config\n");
        File.WriteAllText(folder["two"], "current-context: production\n");
        File.WriteAllText(folder["three"], "current-context: staging\n");

        Assert.IsEmpty(Problems(
            folder, new ApplySettings("production", null), string.Join(Path.PathSeparator, "nowhere", "one", "two", "three")));
    }

    [TestMethod]
    public void NothingIsAppliedOfAnArchive_AndNothingIsAskedWhereNobodyApplies()
    {
        using TempFolder folder = new();
        PublishSettings settings = PublishItems.To("final.local/apps", folder.Path) with
        {
            Archive = "out.tar",
            Apply = new ApplySettings("production", null)
        };

        Assert.AreEqual(ErrorCode.IncompatibleOptions,
            ApplyTarget.FindProblems(settings, _ => throw new InvalidOperationException(), null).Single().Code);
        Assert.AreEqual(ErrorCode.IncompatibleOptions,
            ApplyTarget.FindProblems(
                settings with
                {
                    Archive = "",
                    Registry = "one.local/a;two.local/a"
                }, _ => throw new InvalidOperationException(), null).Single().Code);
        Assert.IsEmpty(ApplyTarget.FindProblems(settings with { Apply = null }, _ => throw new InvalidOperationException(), null));
    }

    [TestMethod]
    [DataRow(null, 300.0)]
    [DataRow("90s", 90.0)]
    [DataRow("none", null)]
    public void TheWait_IsRead(string? text, double? seconds)
    {
        PublishSettings settings = PublishProperties.Read(
            "/", name => name switch
            {
                PropertyNames.Apply => "True",
                PropertyNames.ApplyContext => " production ",
                PropertyNames.ApplyWait => text,
                _ => null
            }, null, out ImmutableArray<Diagnostic> problems);

        Assert.IsEmpty(problems);
        Assert.AreEqual("production", settings.Apply!.Context);
        Assert.AreEqual(seconds, settings.Apply.Wait?.TotalSeconds);
        Assert.IsNull(PublishProperties.Read("/", _ => null, null, out _).Apply);
        PublishProperties.Read("/", name => name == PropertyNames.Apply ? "yes" : null, null, out problems);
        Assert.AreEqual(ErrorCode.InvalidArgument, problems.Single().Code);
    }

    private static ImmutableArray<Diagnostic> Problems(TempFolder folder, ApplySettings apply, string? kubeconfig) =>
        ApplyTarget.FindProblems(
            PublishItems.To("final.local/apps", folder.Path) with
            {
                Apply = apply
            }, name => name == "KUBECONFIG" ? kubeconfig : null, null);
}
