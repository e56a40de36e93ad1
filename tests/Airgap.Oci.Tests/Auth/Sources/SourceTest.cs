using Airgap.Oci.Auth;
using Airgap.Oci.Credentials;
using Airgap.Oci.Naming;
using Airgap.Oci.Tests.Auth.Sources.Keychains;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Auth.Sources;

/// <summary>A home folder and an environment for the test, without those of the machine.</summary>
public abstract class SourceTest : IDisposable
{
    private readonly TempFolder _folder = new();

    protected SourceTest()
    {
        Home = Path.Combine(_folder.Path, "home");
        Directory.CreateDirectory(Path.Combine(Home, ".docker"));
        Variables = new() { ["HOME"] = Home, ["USERPROFILE"] = Home };
    }

    protected string Home { get; }

    protected string Folder => _folder.Path;

    protected Dictionary<string, string> Variables { get; }

    protected List<string> Traced { get; } = [];

    private protected FakeCloud Cloud { get; } = new();

    protected CredentialOptions Options => new() { Environment = Variables, Trace = Trace, CreateCloudHandler = () => Cloud };

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected ICredentialSource Create() => CredentialSources.CreateDefault(Options);

    private protected Task<Credential?> FindAsync(string repository) => FindAsync(Create(), repository);

    private protected static async Task<Credential?> FindAsync(
        ICredentialSource source, string repository, CancellationToken cancellationToken = default) =>
        await source.FindAsync(RepositoryName.Parse(repository), cancellationToken);

    protected string WriteDockerConfig(string json) => Write(Path.Combine(Home, ".docker", "config.json"), json);

    protected static string Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    protected static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    protected AirgapException Fails(ErrorCode code, CredentialOptions? options = null)
    {
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => CredentialSources.CreateDefault(options ?? Options));
        Assert.AreEqual(code, e.Code);
        Assert.AreNotEqual("", e.Advice);
        return e;
    }

    private void Trace(string line)
    {
        lock (Traced)
            Traced.Add(line);
    }
}
