using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Tests;

/// <summary>Each property has an effect, is refused, or is told of when it has none.</summary>
[TestClass]
public sealed class IdlePropertyTests
{
    private const string Always = "it has an effect in every publish, or states how requests are sent";
    private const string Told = "where it has none, another warning or error says so";

    // Why the others are not in the table of idle properties.
    private static readonly Dictionary<string, string> s_others = new()
    {
        [PropertyNames.Registry] = Always,
        [PropertyNames.RepositoryTemplate] = Told,
        [PropertyNames.Archive] = Always,
        [PropertyNames.SourceArchive] = Always,
        [PropertyNames.Receipt] = Told,
        [PropertyNames.OutputPath] = Always,
        [PropertyNames.Kustomization] = "false asks for less",
        [PropertyNames.Apply] = Told,
        [PropertyNames.OnPublish] = Always,
        [PropertyNames.IncludeNonDistributableLayers] = Told,
        [PropertyNames.KeepGoing] = Always,
        [PropertyNames.Repair] = Told,
        [PropertyNames.AskInBulk] = Told,
        [PropertyNames.EarlierPlan] = Told,
        [PropertyNames.Concurrency] = Always,
        [PropertyNames.CaCertificates] = Always,
        [PropertyNames.CertsDirectory] = Always,
        [PropertyNames.VerifyCertificates] = Always,
        [PropertyNames.Insecure] = Always,
        [PropertyNames.ConnectTimeout] = Always,
        [PropertyNames.ResponseHeaderTimeout] = Always,
        [PropertyNames.StallTimeout] = Always,
        [PropertyNames.RetryCount] = Always,
        [PropertyNames.LoadWait] = Always,
        [PropertyNames.LimitRate] = Told,
        [PropertyNames.RegistriesConf] = Told,
        [PropertyNames.RepositorySettings] = Told,
        [PropertyNames.LockTimeout] = Always,
        [PropertyNames.DryRun] = Always,
        [PropertyNames.Plan] = Told,
        [PropertyNames.Shard] = Told,
        [PropertyNames.Shards] = Told,
        [PropertyNames.Summary] = Told,
        [PropertyNames.Timeline] = Always,
        [PropertyNames.UseLockFile] = Always,
        [PropertyNames.LockedMode] = Told,
        [PropertyNames.UpdateLock] = Told,
        [PropertyNames.Policy] = Always,
        [PropertyNames.TrustStore] = Told,
        [PropertyNames.SigningKey] = Always,
        [PropertyNames.SigningKeyPasswordFile] = Told,
        [PropertyNames.SigningCommand] = Told,
        [PropertyNames.SignImages] = Told,
        [PropertyNames.Provenance] = Told,
        [PropertyNames.VerifyArchive] = Told,
        [PropertyNames.VerifyBase] = Told,
        [PropertyNames.AuditLog] = Always,
        [PropertyNames.RecordUser] = Always,
        [PropertyNames.GateCommand] = Always,
        [PropertyNames.GateContent] = Told,
        [PropertyNames.GateVariables] = Told,
        [PropertyNames.GateTimeout] = Told,
        [PropertyNames.Image] = "false asks for less",
    };

    [TestMethod]
    public void EveryPropertyIsInTheTable_OrHasAReasonNotToBe() => Assert.AreSequenceEqual(
        PropertyNames.All.Order(StringComparer.Ordinal),
        IdleProperties.Names.Concat(s_others.Keys).Order(StringComparer.Ordinal));

    [TestMethod]
    [DataRow(PropertyNames.ArchiveFormat, "oci", "no archive is written")]
    [DataRow(PropertyNames.ArchiveVolumeSize, "1GB", "no archive is written")]
    [DataRow(PropertyNames.ArchiveBase, "old.tar", "no archive is written")]
    [DataRow(PropertyNames.PartsIn, "parts/", "no archive is read")]
    [DataRow(PropertyNames.MountFrom, "r.corp.com/a", null)]
    [DataRow(PropertyNames.CreateRepositories, "true", null)]
    [DataRow(PropertyNames.SecretManifests, "true", null)]
    [DataRow(PropertyNames.MirrorConfiguration, "containerd", null)]
    [DataRow(PropertyNames.ApplyContext, "prod", "nothing is applied")]
    [DataRow(PropertyNames.ApplyWait, "1m", "nothing is applied")]
    [DataRow(PropertyNames.LockFile, "other.json", null)]
    [DataRow(PropertyNames.BundleRepository, "r.corp.com/own", "makes no bundle of its own")]
    [DataRow(PropertyNames.BundleTag, "1.2", "makes no bundle of its own")]
    public void InAPublishToARegistry(string name, string value, string? why) => AssertIdle(Declared(null), new(), name, value, why);

    [TestMethod]
    [DataRow(PropertyNames.ArchiveFormat, "oci", null)]
    [DataRow(PropertyNames.ArchiveVolumeSize, "1GB", null)]
    [DataRow(PropertyNames.ArchiveBase, "old.tar", null)]
    [DataRow(PropertyNames.PartsIn, "parts/", "no archive is read")]
    [DataRow(PropertyNames.MountFrom, "r.corp.com/a", "no destination is a registry")]
    [DataRow(PropertyNames.CreateRepositories, "true", "no destination is a registry")]
    [DataRow(PropertyNames.CreateRepositories, "false", null)]
    [DataRow(PropertyNames.SecretManifests, "true", "no manifests are written")]
    [DataRow(PropertyNames.MirrorConfiguration, "containerd", "no destination is a registry")]
    public void InAPublishToAnArchive(string name, string value, string? why) => AssertIdle(Declared("/a.tar"), new(), name, value, why);

    [TestMethod]
    public void InOtherPublishes()
    {
        Declaration made = Declared(null) with { Item = Declared(null).Item with { IsProduced = true } };
        AssertIdle(made, new(), PropertyNames.BundleTag, "1.2", null);
        AssertIdle(made, new(), PropertyNames.BundleRepository, "r.corp.com/own", null);
        AssertIdle(Declared(null), new() { Solution = "all.sln" }, PropertyNames.BundleTag, "1.2", null);
        AssertIdle(Declared(null), new() { UseLockFile = false }, PropertyNames.LockFile, "x.json", "AirgapUseLockFile is false");
        AssertIdle(Declared(null), new() { Apply = true }, PropertyNames.ApplyContext, "prod", null);
        AssertIdle(Declared(null) with { Source = new RelocationSource.Archive("/b.tar") }, new(), PropertyNames.PartsIn, "p/", null);
        AssertIdle(Declared(null), new() { Artifacts = ArtifactChoice.None }, PropertyNames.Artifacts, "none", null);
        Declaration archived = Declared(null) with { Source = new RelocationSource.Archive("/b.tar") };
        AssertIdle(archived, new(), PropertyNames.Artifacts, "all", null);
        AssertIdle(
            archived, new() { Artifacts = ArtifactChoice.Signatures }, PropertyNames.Artifacts, "signatures", "what the archive contains");
        // One of a project file may be meant for another publish.
        Assert.IsEmpty(IdleProperties.Find([Declared(null)], new PublishSettings
        {
            ProjectDirectory = "/",
            OutputPath = "airgap/",
            ArchiveVolumeSize = 1,
        }));
    }

    private static void AssertIdle(Declaration declaration, Setting setting, string name, string value, string? why)
    {
        ImmutableDictionary<string, string> given =
            ImmutableDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase).Add(name.ToUpperInvariant(), value);
        PublishSettings settings = new()
        {
            ProjectDirectory = "/",
            OutputPath = "airgap/",
            UseLockFile = setting.UseLockFile,
            Artifacts = setting.Artifacts,
            Apply = setting.Apply ? new ApplySettings("prod", null) : null,
            Given = setting.Solution is null ? given : given.Add(PropertyNames.OfSolution, setting.Solution),
        };
        Diagnostic[] found = [.. IdleProperties.Find([declaration], settings)];
        if (why is null)
        {
            Assert.IsEmpty(found);
            return;
        }

        Diagnostic idle = Assert.ContainsSingle(found);
        Assert.AreEqual(ErrorCode.PropertyIdle, idle.Code);
        Assert.Contains(name, idle.Message);
        Assert.Contains(why, idle.Message);
    }

    private static Declaration Declared(string? archive)
    {
        ImageReference reference = ImageReference.Parse("source.corp.com/apps/app:1");
        return new Declaration
        {
            Item = new PublishItem(PublishItemKind.Bundle, reference.ToString(), new Dictionary<string, string>(), null),
            Source = new RelocationSource.Bundle(reference),
            Name = "app",
            Repository = archive is null ? RepositoryName.Parse("final.corp.com/apps/app") : null,
            Archive = archive,
        };
    }

    private sealed record Setting
    {
        public bool? UseLockFile { get; init; }

        public bool Apply { get; init; }

        public ArtifactChoice Artifacts { get; init; } = ArtifactChoice.All;

        public string? Solution { get; init; }
    }
}
