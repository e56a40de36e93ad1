using System.Net.Http.Headers;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;

namespace Airgap.Oci.Creating;

/// <summary>
/// Creates repositories of Quay through its API. A push also creates them if the user may and is not an application. The API accepts
/// only an application's token, which is the password of the user <c>$oauthtoken</c>.
/// </summary>
/// <remarks>Source: Red Hat Quay API reference, createRepo, getRepo and createOrganization; "Using the Quay API".</remarks>
internal sealed class QuayRepositories(RegistryApi api, QuaySettings settings) : IRepositoryMaker
{
    /// <summary>The user name whose password is an application's token.</summary>
    public const string TokenUser = "$oauthtoken";

    public string Describe(RepositoryName repository) => $"the Quay repository {repository}";

    public bool TellsMissing => false;

    public bool MayMeanMissing(AirgapException refusal) =>
        refusal.Code is ErrorCode.RepositoryUnknown or ErrorCode.Unauthorized or ErrorCode.Forbidden || refusal.StatusCode is 401 or 404;

    public async Task<bool?> IsMissingAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        string path = string.Join('/', repository.Path.Split('/').Select(Uri.EscapeDataString));
        ApiResponse response = await api.SendAsync(
            repository, HttpMethod.Get, $"/api/v1/repository/{path}?includeTags=false", await AuthorizeAsync(repository, cancellationToken),
            null, $"look for {Describe(repository)}", cancellationToken);
        return response.IsMissing;
    }

    public async Task<bool> CreateAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        if (!repository.Path.Contains('/', StringComparison.Ordinal))
            throw Refused(repository, ErrorCode.RepositoryNotCreated, default,
                "a Quay repository needs an organization or user before its name");
        AuthenticationHeaderValue authorization = await AuthorizeAsync(repository, cancellationToken)
            ?? throw new AirgapException(
                ErrorCode.NoCreationCredentials,
                $"Cannot create {Describe(repository)}: there is no application token for {repository.Registry}.",
                $"Log in as {TokenUser} with the token of an OAuth application that may create repositories (repo:create), or create the " +
                "repository first.")
            { Reference = repository.ToString() };
        ApiResponse response = await PostAsync(repository, "/api/v1/repository", Document(repository), authorization, cancellationToken);
        if (!response.IsSuccess && !Exists(response) && settings.CreateOrganization
            && await CreateOrganizationAsync(repository, authorization, cancellationToken))
            response = await PostAsync(repository, "/api/v1/repository", Document(repository), authorization, cancellationToken);
        if (response.IsSuccess || Exists(response))
            return response.IsSuccess;
        throw Refused(
            repository, response.Status is 401 or 403 ? ErrorCode.CreationForbidden : ErrorCode.RepositoryNotCreated, response,
            $"Quay answered {response.Reason}");
    }

    // False if it exists already, or a user has the name.
    private async Task<bool> CreateOrganizationAsync(
        RepositoryName repository, AuthenticationHeaderValue authorization, CancellationToken cancellationToken)
    {
        string name = NamespaceOf(repository);
        ApiResponse response = await PostAsync(
            repository, "/api/v1/organization/",
            JsonBytes.Object(json =>
            {
                json.WriteString("name", name);
                if (settings.OrganizationEmail is { } email)
                    json.WriteString("email", email);
            }),
            authorization, cancellationToken);
        return response.IsSuccess || (Exists(response) ? false : throw Refused(
            repository, response.Status is 401 or 403 ? ErrorCode.CreationForbidden : ErrorCode.RepositoryNotCreated, response,
            $"Quay answered {response.Reason} when asked for the organization {name}"));
    }

    private static bool Exists(ApiResponse response) =>
        response.Status is 400 or 409 && response.Text.Contains("already exists", StringComparison.OrdinalIgnoreCase);

    private Task<ApiResponse> PostAsync(
        RepositoryName repository, string path, byte[] json, AuthenticationHeaderValue authorization,
        CancellationToken cancellationToken) =>
        api.SendAsync(repository, HttpMethod.Post, path, authorization, json, $"create {Describe(repository)}", cancellationToken);

    private AirgapException Refused(RepositoryName repository, ErrorCode code, ApiResponse response, string why) => new(
        code, $"Cannot create {Describe(repository)}: {why}.",
        "Give the application's token the scopes repo:create and, for organizations, org:admin, in an organization in which its user " +
        "may create repositories; or create the repository first.")
    { Reference = repository.ToString(), StatusCode = response.Status };

    private static string NamespaceOf(RepositoryName repository) => repository.Path.Split('/')[0];

    private async Task<AuthenticationHeaderValue?> AuthorizeAsync(RepositoryName repository, CancellationToken cancellationToken) =>
        await api.FindCredentialAsync(repository, cancellationToken) switch
        {
            Credential.Basic { UserName: TokenUser } basic => new AuthenticationHeaderValue("Bearer", basic.Password),
            Credential.Bearer bearer => new AuthenticationHeaderValue("Bearer", bearer.Token),
            _ => null,
        };

    private byte[] Document(RepositoryName repository) => JsonBytes.Object(json =>
    {
        string name = NamespaceOf(repository);
        json.WriteString("namespace", name);
        json.WriteString("repository", repository.Path[(name.Length + 1)..]);
        json.WriteString("visibility", settings.Public ? "public" : "private");
        json.WriteString("description", settings.Description);
        json.WriteString("repo_kind", "image");
    });
}
