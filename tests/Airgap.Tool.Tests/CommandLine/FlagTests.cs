using System.CommandLine;
using Airgap.Oci.Credentials;
using Airgap.Oci.Wire;
using Airgap.Tool.CommandLine;

namespace Airgap.Tool.Tests.CommandLine;

[TestClass]
public sealed class FlagTests
{
    [TestMethod]
    public void RegistryFlags_HaveImgpkgsDefaults()
    {
        RegistryOptions options = Read();

        Assert.IsEmpty(options.CaCertificatePaths);
        Assert.IsTrue(options.VerifyCertificates);
        Assert.IsFalse(options.AllowInsecure);
        Assert.AreEqual(TimeSpan.FromSeconds(30), options.ResponseHeaderTimeout);
        Assert.AreEqual(5, options.RetryCount);
        Assert.AreEqual(TimeSpan.FromMinutes(1), options.LoadWait);
        Assert.IsNull(options.Trace);
    }

    [TestMethod]
    public void RegistryFlags_AreRead()
    {
        RegistryOptions options = Read(
            "--registry-ca-cert-path", "a.pem,b.pem", "--registry-ca-cert-path=c.pem", "--registry-verify-certs=false",
            "--registry-insecure",
            "--registry-response-header-timeout=1m", "--registry-connect-timeout=2s", "--registry-stall-timeout=3m",
            "--registry-retry-count", "7", "--registry-load-wait", "90s", "--registry-certs-dir", "certs",
            "--limit-rate", "20MB/s,host.io=1MB/s", "--limit-rate=other.io=2MB/s");

        Assert.AreSequenceEqual(["a.pem", "b.pem", "c.pem"], options.CaCertificatePaths);
        Assert.IsFalse(options.VerifyCertificates);
        Assert.IsTrue(options.AllowInsecure);
        Assert.AreEqual(TimeSpan.FromMinutes(1), options.ResponseHeaderTimeout);
        Assert.AreEqual(TimeSpan.FromSeconds(2), options.ConnectTimeout);
        Assert.AreEqual(TimeSpan.FromMinutes(3), options.StallTimeout);
        Assert.AreEqual(7, options.RetryCount);
        Assert.AreEqual(TimeSpan.FromSeconds(90), options.LoadWait);
        Assert.AreEqual("certs", options.HostCertificatesPath);
        Assert.AreEqual(20_000_000, options.Rates.Of("any.io"));
        Assert.AreEqual(1_000_000, options.Rates.Of("host.io"));
        Assert.AreEqual(2_000_000, options.Rates.Of("other.io"));
    }

    [TestMethod]
    [DataRow("20")]
    [DataRow("20MB/s,1MB/s")]
    public void ARateThatIsNone_IsOneError(string rate)
    {
        Command command = new("test");
        new RegistryFlags().AddTo(command);
        Assert.Contains("--limit-rate", Assert.ContainsSingle(command.Parse(["--limit-rate", rate]).Errors).Message);
    }

    [TestMethod]
    public void Credentials_ComeFromFlagsOnly()
    {
        RegistryFlags flags = new();
        ParseResult parsed = Parse(
            flags, "--registry-username", "u", "--registry-password=p=1", "--registry-token", "", "--registry-anon=true");

        CredentialOptions options = flags.ReadCredentials(parsed, trace: null);

        Assert.AreEqual("u", options.UserName);
        Assert.AreEqual("p=1", options.Password);
        Assert.IsNull(options.Token);
        Assert.IsTrue(options.Anonymous);
        Assert.IsNull(options.Environment);
    }

    [TestMethod]
    [DataRow("--name a --name b", "b")]
    [DataRow("--name=a", "a")]
    [DataRow("-n a", "a")]
    [DataRow("-na", "a")]
    [DataRow("-n=a", "a")]
    public void Texts_AreWrittenInManyWays_AndTheLastWins(string line, string expected)
    {
        Option<string?> name = Flag.Text("--name", "NAME", "A name", "-n");
        Command command = new("c") { name };

        ParseResult parsed = command.Parse(line.Split(' '));

        Assert.IsEmpty(parsed.Errors);
        Assert.AreEqual(expected, parsed.GetValue(name));
    }

    private static RegistryOptions Read(params string[] args)
    {
        RegistryFlags flags = new();
        return flags.Read(Parse(flags, args), trace: null);
    }

    private static ParseResult Parse(RegistryFlags flags, params string[] args)
    {
        Command command = new("c");
        flags.AddTo(command);
        ParseResult parsed = command.Parse(args);
        Assert.IsEmpty(parsed.Errors);
        return parsed;
    }
}
