using System.Text;
using Airgap.Oci;
using Airgap.Registry.Users;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Access;

/// <summary>Users in a file of bcrypt hashes.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class PasswordFileTests
{
    [TestMethod]
    public async Task ItsUsersAreLetInAndNobodyElse()
    {
        using TempFolder temp = new();
        File.WriteAllText(temp["users"], $"# people\nanna:{HashOf("one", 'y')}\n\nbert:{HashOf("two:with colon", 'a')}\n");
        await using Api api = await StartAsync(temp["users"]);
        foreach ((string login, int status) in ((string, int)[])[
            ("anna:one", 200), ("anna:one", 200), ("bert:two:with colon", 200), ("anna:two", 401), ("bert:one", 401), ("cora:one", 401),
            ("anna:", 401), (":one", 401), ("anna", 401)])
        {
            Assert.AreEqual(status, await PingAsync(api, login), login);
        }

        Assert.AreEqual(401, (await api.GetAsync("/v2/")).Status);
        Assert.AreEqual(401, (await api.GetAsync("/")).Status);
        Assert.AreEqual(200, (await api.GetAsync("/health")).Status);
    }

    [TestMethod]
    public async Task AChangeOfTheFileCountsAtOnceAndAHalfWrittenOneDoesNot()
    {
        using TempFolder temp = new();
        File.WriteAllText(temp["users"], $"anna:{HashOf("one")}\n");
        await using Api api = await StartAsync(temp["users"]);
        Assert.AreEqual(200, await PingAsync(api, "anna:one"));

        File.WriteAllText(temp["users"], "ann");
        File.SetLastWriteTimeUtc(temp["users"], DateTime.UtcNow.AddSeconds(5));
        Assert.AreEqual(200, await PingAsync(api, "anna:one"));

        File.WriteAllText(temp["users"], $"anna:{HashOf("new")}\n");
        File.SetLastWriteTimeUtc(temp["users"], DateTime.UtcNow.AddSeconds(10));
        Assert.AreEqual(401, await PingAsync(api, "anna:one"));
        Assert.AreEqual(200, await PingAsync(api, "anna:new"));
    }

    [TestMethod]
    [DataRow("", "names no user", 0)]
    [DataRow("# only this\n", "names no user", 0)]
    [DataRow("anna\n", "it is not USER:HASH", 1)]
    [DataRow("#\nanna:{SHA}5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8\n", "not a bcrypt hash", 2)]
    [DataRow("anna:$apr1$lZL6V/ci$eIMz/iKDkbtys/uU7LEK00\n", "not a bcrypt hash", 1)]
    [DataRow("anna:$2y$05$short\n", "not a bcrypt hash", 1)]
    [DataRow("anna:$2y$+5$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy\n", "not a bcrypt hash", 1)]
    [DataRow("anna:$2y$ 5$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy\n", "not a bcrypt hash", 1)]
    [DataRow("anna:$2y$04$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy\nanna:$2y$04$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy\n", "a second time", 2)]
    public void AFileThatCannotBeReadIsNamedWithItsLineAndNoHash(string text, string expected, int line)
    {
        using TempFolder temp = new();
        File.WriteAllText(temp["users"], text);
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => new PasswordFile(temp["users"]));
        Assert.AreEqual(ErrorCode.InvalidPasswordFile, e.Code);
        StringAssert.Contains(e.Message, expected);
        Assert.AreEqual(line, e.Location!.Line);
        Assert.DoesNotContain("5baa61e4", e.Message);
        Assert.AreEqual(ErrorCode.FileNotFound, Assert.ThrowsExactly<AirgapException>(() => new PasswordFile(temp["none"])).Code);
    }

    private static string HashOf(string password, char kind = 'y') => $"$2{kind}$" + BCrypt.Net.BCrypt.HashPassword(password, 4)[4..];

    private static Task<Api> StartAsync(string file) =>
        Api.StartAsync(new RegistryFixtureOptions { Configure = options => options with { PasswordFile = file } });

    private static async Task<int> PingAsync(Api api, string login) =>
        (await api.GetAsync("/v2/", ("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(login))}"))).Status;
}
