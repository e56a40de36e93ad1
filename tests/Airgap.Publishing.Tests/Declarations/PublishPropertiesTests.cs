using Airgap.Oci;
using Airgap.Oci.Wire;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Tests.Declarations;

[TestClass]
public sealed class PublishPropertiesTests
{
    [TestMethod]
    public void EveryPropertyIsReadAndTrimmed()
    {
        PublishSettings settings = Read(
            out IReadOnlyList<Diagnostic> problems,
            ("AirgapRegistry", " host.io/apps "),
            ("AirgapArchive", "out/"),
            ("AirgapArchiveFormat", "OCI"),
            ("AirgapArchiveBase", "one.tar; host.io/two;"),
            ("AirgapSourceArchive", "in"),
            ("AirgapMountFrom", "host.io/apps/old"),
            ("AirgapReceipt", " receipt.json "),
            ("AirgapOutputPath", "there/"),
            ("AirgapIncludeNonDistributableLayers", "True"),
            ("AirgapRepair", "true"),
            ("AirgapAskInBulk", "True"),
            ("AirgapEarlierPlan", "one.json; two.json"),
            ("AirgapConcurrency", "3"),
            ("AirgapCaCertificates", "ca/one.pem; /two.pem;"),
            ("AirgapVerifyCertificates", "false"),
            ("AirgapInsecure", "true"),
            ("AirgapConnectTimeout", "500ms"),
            ("AirgapResponseHeaderTimeout", "1m30s"),
            ("AirgapStallTimeout", "0"),
            ("AirgapRetryCount", "2"),
            ("AirgapLoadWait", "2m30s"),
            ("AirgapCertsDirectory", "certs"),
            ("AirgapLimitRate", "20MB/s"));
        Assert.IsEmpty(problems);
        Assert.AreEqual("host.io/apps", settings.Registry);
        Assert.AreEqual("out/", settings.Archive);
        Assert.AreEqual(ArchiveFormat.LayoutTar, settings.ArchiveFormat);
        Assert.AreSequenceEqual(["one.tar", "host.io/two"], settings.ArchiveBase);
        Assert.AreEqual("in", settings.SourceArchive);
        Assert.AreEqual("host.io/apps/old", settings.MountFrom.Single().ToString());
        Assert.AreEqual("receipt.json", settings.Receipt);
        Assert.AreEqual("there/", settings.OutputPath);
        Assert.IsTrue(settings.IncludeNonDistributableLayers);
        Assert.IsTrue(settings.Repair);
        Assert.IsTrue(settings.AskInBulk);
        Assert.AreSequenceEqual(["one.json", "two.json"], settings.EarlierPlan);
        Assert.AreEqual(3, settings.Concurrency);
        Assert.AreSequenceEqual(
            new[] { Path.GetFullPath("/project/ca/one.pem"), Path.GetFullPath("/two.pem") }, settings.Access.CaCertificates);
        Assert.AreEqual(
            new RegistryAccess
            {
                VerifyCertificates = false,
                Insecure = true,
                Connect = TimeSpan.FromMilliseconds(500),
                ResponseHeader = TimeSpan.FromSeconds(90),
                Stall = Timeout.InfiniteTimeSpan,
                Tries = 2,
                Load = TimeSpan.FromSeconds(150),
                CertificatesPath = Path.GetFullPath("/project/certs"),
                Rates = ByteRates.None with { Everywhere = 20_000_000 },
            },
            settings.Access with { CaCertificates = [] });
    }

    [TestMethod]
    [DataRow("AirgapArchiveFormat", "docker")]
    [DataRow("AirgapConcurrency", "0")]
    [DataRow("AirgapConcurrency", "many")]
    [DataRow("AirgapConcurrency", "-1")]
    [DataRow("AirgapConnectTimeout", "30")]
    [DataRow("AirgapResponseHeaderTimeout", "-1s")]
    [DataRow("AirgapStallTimeout", "600h")]
    [DataRow("AirgapRetryCount", "0")]
    [DataRow("AirgapLoadWait", "60")]
    [DataRow("AirgapLimitRate", "20")]
    [DataRow("AirgapAskInBulk", "often")]
    [DataRow("AirgapIncludeNonDistributableLayers", "yes")]
    [DataRow("AirgapVerifyArchive", ";")]
    [DataRow("AirgapVerifyBase", "; ;")]
    public void AValueThatMeansNothingIsNamed(string name, string value)
    {
        Read(out IReadOnlyList<Diagnostic> problems, (name, value));
        Diagnostic problem = Assert.ContainsSingle(problems);
        Assert.AreEqual(ErrorCode.InvalidArgument, problem.Code);
        Assert.Contains(name, problem.Message);
        Assert.Contains($"'{value}'", problem.Message);
    }

    [TestMethod]
    public void AProjectsRegistrySettings_ReplaceOnlyThose()
    {
        RegistryOptions options = new() { RetryCount = 7 };
        Assert.AreEqual(options, Over());
        Assert.AreEqual(options with { StallTimeout = TimeSpan.FromMinutes(2) }, Over(("AirgapStallTimeout", "2m")));
        Assert.AreEqual(options with { VerifyCertificates = false }, Over(("AirgapVerifyCertificates", "false")));
        Assert.AreEqual(options with { AllowInsecure = true }, Over(("AirgapInsecure", "true")));
        Assert.AreEqual(options with { RetryCount = 1 }, Over(("AirgapRetryCount", "1")));
        Assert.AreEqual(options with { LoadWait = TimeSpan.FromSeconds(5) }, Over(("AirgapLoadWait", "5s")));
        Assert.AreEqual(options with { LoadWait = Timeout.InfiniteTimeSpan }, Over(("AirgapLoadWait", "0")));
        Assert.AreSequenceEqual(
            new[] { "known.pem", Path.GetFullPath("/project/own.pem") },
            Read(out _, ("AirgapCaCertificates", "own.pem")).Access
            .Over(options with { CaCertificatePaths = ["known.pem"] }).CaCertificatePaths);

        // Arrays have no value equality.
        RegistryOptions Over(params (string Name, string Value)[] values) => Read(out _, values).Access.Over(options) with
        {
            CaCertificatePaths = []
        };
    }

    [TestMethod]
    public void AMistypedPropertyIsAWarningWithTheRightName()
    {
        Diagnostic warning = Assert.ContainsSingle(
            PropertyTypos.Find(["AirgapRegistri", "airgapregistry", "OutputPath", "AirgapArchive"], null));
        Assert.AreEqual(ErrorCode.UnknownName, warning.Code);
        Assert.Contains("Did you mean AirgapRegistry?", warning.Advice);
    }

    [TestMethod]
    public void RelativePathsStartAtTheProjectWithEitherSlash()
    {
        PublishSettings settings = PublishItems.To("", Path.GetTempPath()) with { OutputPath = @"bin\airgap\" };
        Assert.AreEqual(Path.Combine(Path.GetTempPath(), "bin", "airgap") + Path.DirectorySeparatorChar, settings.FullOutputPath);
    }

    private static PublishSettings Read(out IReadOnlyList<Diagnostic> problems, params (string Name, string Value)[] values)
    {
        PublishSettings settings =
            PublishProperties.Read("/project", name => values.FirstOrDefault(pair => pair.Name == name).Value, null, out var found);
        problems = found;
        return settings;
    }
}
