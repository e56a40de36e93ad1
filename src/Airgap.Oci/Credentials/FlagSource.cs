using Airgap.Oci.Auth;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Credentials;

/// <summary>The flags, each falling back to its <c>IMGPKG_</c> variable. They apply to every registry.</summary>
internal sealed class FlagSource : ICredentialSource
{
    private readonly Credential? _credential;

    private FlagSource(Credential? credential) => _credential = credential;

    public string Description => "flags or IMGPKG_USERNAME, IMGPKG_PASSWORD, IMGPKG_TOKEN, IMGPKG_ANON";

    public static FlagSource Create(CredentialOptions options, EnvironmentVariables environment)
    {
        string userName = Choose(options.UserName, "IMGPKG_USERNAME");
        string password = Choose(options.Password, "IMGPKG_PASSWORD");
        if (userName.Length > 0 && password.Length > 0)
            return new FlagSource(new Credential.Basic(userName, password));
        if (userName.Length > 0)
            options.Trace?.Invoke("the user name of the flags or IMGPKG_USERNAME is ignored: it has no password");
        string token = Choose(options.Token, "IMGPKG_TOKEN");
        if (token.Length > 0)
            return new FlagSource(new Credential.Bearer(token));
        bool anonymous = options.Anonymous || environment["IMGPKG_ANON"] == "true";
        return new FlagSource(anonymous ? new Credential.Anonymous() : null);

        string Choose(string? flag, string variable) => string.IsNullOrEmpty(flag) ? environment[variable] ?? "" : flag;
    }

    public ValueTask<Credential?> FindAsync(RepositoryName repository, CancellationToken cancellationToken) => new(_credential);
}
