using System.Text;
using Airgap.Oci.Tests.Client.Infra;
using Microsoft.AspNetCore.Http;

namespace Airgap.Oci.Tests.Client;

/// <summary>A registry with a token server.</summary>
public abstract class AuthTestBase
{
    private protected static readonly byte[] s_bytes = Responses.ManifestBytes();
    private protected static readonly Credential.Basic s_user = new("user", "pä:ss");
    private protected static readonly string s_userHeader = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("user:pä:ss"));

    private protected static CancellationToken None => CancellationToken.None;

    /// <summary>A registry on <see cref="RegistryTest.Local"/> that requires tokens of a server on auth.local.</summary>
    private protected sealed class TokenServer(ScriptedServer registry, ScriptedServer auth)
    {
        private int _issued;

        public ScriptedServer Registry { get; } = registry;

        public ScriptedServer Auth { get; } = auth;

        public string Accepted { get; set; } = "token1";

        public int Lifetime { get; set; } = 300;

        public string? ChallengeScope { get; set; }

        public string? LastForm { get; private set; }

        public Func<HttpContext, bool> Refuse { get; set; } = _ => false;

        public Func<HttpContext, Task> Answer { get; set; } = context => context.Manifest(s_bytes);

        public static async Task<TokenServer> StartAsync(RegistryTest test)
        {
            TokenServer server = new(await test.ServeAsync(RegistryTest.Local), await test.ServeAsync("auth.local"));
            server.Registry.OnPing = server.ChallengeAsync;
            server.Registry.OnRequest = async context =>
            {
                if (context.Request.Headers.Authorization == "Bearer " + server.Accepted)
                {
                    await server.Answer(context);
                    return;
                }

                await context.ReadBody();
                await server.ChallengeAsync(context);
            };
            server.Auth.OnRequest = async context =>
            {
                server.LastForm = Encoding.UTF8.GetString(await context.ReadBody());
                await (server.Refuse(context)
                    ? context.Error(403, "DENIED", "not both")
                    : context.Json(
                        200,
                        $$"""{"access_token":"token{{Interlocked.Increment(ref server._issued)}}","expires_in":{{server.Lifetime}}}"""));
            };
            return server;
        }

        private Task ChallengeAsync(HttpContext context) => context.Challenge(
            "Bearer realm=\"http://auth.local/token?a=1\",service=\"reg istry\""
            + (ChallengeScope is null ? "" : $",scope=\"{ChallengeScope}\""));
    }
}
