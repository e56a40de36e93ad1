using System.Globalization;
using Airgap.Oci.Auth;
using Airgap.Oci.Credentials;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Auth.Sources;

[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class HelperProcessTests : HelperTest
{
    // Prints the id of its child process, and responds when the file `go` exists.
    private const string Waits = """
        sleep 1000 &
        echo $! > child.new
        mv child.new child
        while [ ! -e go ]; do sleep 0.02; done
        kill $!
        echo '{"Username":"ann","Secret":"pw"}'
        """;

    [TestMethod]
    public async Task AHelperThatHangsIsEndedWithAllItsChildren()
    {
        Helper("corp", Waits);
        WriteDockerConfig("""{"credsStore":"corp"}""");
        Task<Credential?> asking = FindAsync(CreateWithTime(), "r.corp.com/a");
        string child = await FileAsync("child");
        Time.Expire();
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => asking);
        Assert.AreEqual(ErrorCode.CredentialHelper, e.Code);
        Assert.Contains("'docker-credential-corp'", e.Message);
        Assert.Contains("30 s", e.Message);
        Assert.HasCount(1, Runs("corp"), "a helper that hangs is not tried again");
        AssertEnded(child);
    }

    [TestMethod]
    public async Task AHelperThatEnded_HasAnswered_ThoughItsChildKeepsItsOutputOpen()
    {
        Helper("corp", """
            sleep 1000 &
            echo $! > child.new
            mv child.new child
            echo '{"Username":"ann","Secret":"pw"}'
            """);
        WriteDockerConfig("""{"credsStore":"corp"}""");
        Assert.AreEqual(new Credential.Basic("ann", "pw"), await FindAsync(Create(), "r.corp.com/a"));
        using var left = System.Diagnostics.Process.GetProcessById(int.Parse(await FileAsync("child"), CultureInfo.InvariantCulture));
        left.Kill();
    }

    [TestMethod]
    public async Task TheTimeLimitIsReal()
    {
        Helper("corp", "exec sleep 1000");
        WriteDockerConfig("""{"credsStore":"corp"}""");
        ICredentialSource source = CredentialSources.CreateDefault(Options with { HelperTimeLimit = TimeSpan.FromMilliseconds(50) });
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => FindAsync(source, "r.corp.com/a"));
        Assert.Contains("0.05 s", e.Message);
    }

    [TestMethod]
    public async Task ManyAskAtOnceAndOneProcessAnswers()
    {
        Helper("corp", Waits);
        WriteDockerConfig("""{"credsStore":"corp"}""");
        ICredentialSource source = Create();
        Task<Credential?>[] asking = [.. Enumerable.Range(0, 20).Select(i => FindAsync(source, $"r.corp.com/a{i}"))];
        await FileAsync("child");
        Write(Path.Combine(Programs, "go"), "");
        foreach (Credential? credential in await Task.WhenAll(asking))
            Assert.AreEqual(new Credential.Basic("ann", "pw"), credential);
        Assert.HasCount(1, Runs("corp"));
        await FindAsync(source, "s.corp.com/a");
        Assert.HasCount(2, Runs("corp"), "another server is another question");
    }

    [TestMethod]
    public async Task ACancelledUser_DoesNotEndTheHelperForOthers()
    {
        Helper("corp", Waits);
        WriteDockerConfig("""{"credsStore":"corp"}""");
        ICredentialSource source = Create();
        using CancellationTokenSource cancellation = new();
        Task<Credential?> first = FindAsync(source, "r.corp.com/a", cancellation.Token);
        Task<Credential?> second = FindAsync(source, "r.corp.com/b");
        await FileAsync("child");
        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => first);
        Write(Path.Combine(Programs, "go"), "");
        Assert.AreEqual(new Credential.Basic("ann", "pw"), await second);
        Assert.HasCount(1, Runs("corp"));
    }

    [TestMethod]
    public async Task WhenAllGiveUpTheProcessIsEndedAndTheNextStartsAnew()
    {
        Helper("corp", Waits);
        WriteDockerConfig("""{"credsStore":"corp"}""");
        ICredentialSource source = Create();
        using CancellationTokenSource cancellation = new();
        Task<Credential?> asking = FindAsync(source, "r.corp.com/a", cancellation.Token);
        string child = await FileAsync("child");
        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => asking);
        AssertEnded(child);
        Write(Path.Combine(Programs, "go"), "");
        Assert.AreEqual(new Credential.Basic("ann", "pw"), await FindAsync(source, "r.corp.com/a"));
        Assert.HasCount(2, Runs("corp"));
    }

    // An ended process may stay in the table until its parent collects it, as a zombie.
    private static void AssertEnded(string id)
    {
        if (!OperatingSystem.IsLinux())
            return;
        Assert.IsTrue(SpinWait.SpinUntil(() => IsEnded($"/proc/{id}/stat"), TimeSpan.FromSeconds(30)), $"process {id} lives");
    }

    private static bool IsEnded(string path)
    {
        try
        {
            string stat = File.ReadAllText(path);
            return stat[stat.LastIndexOf(')') + 2] is 'Z' or 'X';
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }
}
