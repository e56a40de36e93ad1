using System.Text;
using Airgap.Oci.Client;
using Airgap.Oci.Credentials;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;
using Microsoft.AspNetCore.Http;

namespace Airgap.Oci.Tests.Client;

/// <summary>Secrets that a server echoes appear neither in a failure and its causes nor in the trace.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class SecretTests
{
    private const string User = "robot";
    private const string Password = "s3cret+of/the=test&more?yes";
    private const string Token = "t0ken.of-the_test.eyJhbGciOiJub25lIn0";

    public static IEnumerable<(bool IsBasic, int Status)> Refusals =>
        from isBasic in (bool[])[true, false]
        from status in (int[])[400, 401, 403, 404, 500]
        select (isBasic, status);

    [TestMethod]
    [DynamicData(nameof(Refusals))]
    public async Task ARegistryThatRepeatsThem(bool isBasic, int status)
    {
        Credential credential = isBasic ? new Credential.Basic(User, Password) : new Credential.Bearer(Token);
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        string scheme = credential is Credential.Basic
            ? "Basic realm=\"r\"" : "Bearer realm=\"http://registry.local:5055/token\",service=\"s\"";
        server.OnPing = context => context.Challenge(scheme);
        server.OnRequest = context => context.Request.Headers.Authorization.Count == 0
            ? context.Challenge(scheme) : RepeatAsync(context, status);
        await AssertKeptAsync(test, credential, server);
    }

    [TestMethod]
    [DataRow(true, 401)]
    [DataRow(true, 500)]
    [DataRow(false, 401)]
    [DataRow(false, 400)]
    public async Task ATokenServerThatRepeatsThem(bool isPassword, int status)
    {
        await using RegistryTest test = new();
        ScriptedServer tokens = await test.ServeAsync("tokens.local");
        tokens.OnRequest = context => RepeatAsync(context, status);
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnPing = context => context.Challenge("Bearer realm=\"http://tokens.local/token\",service=\"s\"");
        await AssertKeptAsync(test, isPassword ? new Credential.Basic(User, Password) : new Credential.IdentityToken(Token), tokens);
    }

    private static async Task AssertKeptAsync(RegistryTest test, Credential credential, ScriptedServer teller)
    {
        IImageRepository repository =
            test.Repository(credentials: new FakeCredentials(credential), change: options => options with { RetryCount = 2 });
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => repository.GetManifestAsync("v1", CancellationToken.None));
        Assert.Contains("REDACTED", e.Message, "it was repeated");
        Assert.IsNotEmpty(teller.Seen);
        KnownSecrets secrets = new();
        secrets.Add(Password, Token);
        Assert.IsNull(secrets.FindIn(
            $"{e}\n{e.Advice}\n{e.Reference}\n{e.ToDiagnostic()}\n{credential}\n{new CredentialOptions { Password = Password, Token = Token }}"));
        Assert.IsNull(secrets.FindIn(string.Join('\n', test.Trace)));
    }

    private static async Task RepeatAsync(HttpContext context, int status)
    {
        string sent = context.Request.Headers.Authorization.ToString();
        if (sent.StartsWith("Basic ", StringComparison.Ordinal))
            sent += " " + Encoding.UTF8.GetString(Convert.FromBase64String(sent["Basic ".Length..]));
        if (context.Request.HasFormContentType)
            sent += (await context.Request.ReadFormAsync())["refresh_token"];
        context.Response.Headers["X-Echo"] = sent;
        await context.Error(status, "DENIED", sent);
    }
}
