using System.Net.Http.Headers;
using Airgap.Oci.Auth;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;

namespace Airgap.Oci.Creating;

/// <summary>
/// Creates Harbor's projects, the first segment of a repository's path. Harbor refuses a push to a project that does not exist with 401.
/// </summary>
/// <remarks>Source: Harbor API 2.0, "Create a new project" and "Check if the project name user provided already exists".</remarks>
internal sealed class HarborProjects(RegistryApi api, HarborSettings settings) : IRepositoryMaker
{
    public string Describe(RepositoryName repository) => $"the Harbor project {repository.Registry}/{ProjectOf(repository)}";

    public bool TellsMissing => true;

    public bool MayMeanMissing(AirgapException refusal) =>
        refusal.Code is ErrorCode.RepositoryUnknown or ErrorCode.Unauthorized or ErrorCode.Forbidden || refusal.StatusCode is 401 or 404;

    public async Task<bool?> IsMissingAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        ApiResponse response = await api.SendAsync(
            repository, HttpMethod.Head, $"/api/v2.0/projects?project_name={Uri.EscapeDataString(ProjectOf(repository))}",
            await AuthorizeAsync(repository, cancellationToken), null, $"look for {Describe(repository)}", cancellationToken);
        return response.IsMissing;
    }

    public async Task<bool> CreateAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        if (!repository.Path.Contains('/', StringComparison.Ordinal))
            throw new AirgapException(
                ErrorCode.RepositoryNotCreated,
                $"Cannot create {Describe(repository)}: a repository of Harbor has a project before its name.",
                $"Name it {repository.Registry}/PROJECT/{repository.Path}.")
            { Reference = repository.ToString() };
        AuthenticationHeaderValue authorization = await AuthorizeAsync(repository, cancellationToken)
            ?? throw new AirgapException(
                ErrorCode.NoCreationCredentials,
                $"Cannot create {Describe(repository)}: there is no user name and password for {repository.Registry}.",
                "Log in as a user, or as a robot account of the system, that may create projects; or create the project first.")
            { Reference = repository.ToString() };
        ApiResponse response = await api.SendAsync(
            repository, HttpMethod.Post, "/api/v2.0/projects", authorization, Document(repository), $"create {Describe(repository)}",
            cancellationToken);
        return response.Status switch
        {
            >= 200 and < 300 => true,
            409 => false,
            401 or 403 => throw new AirgapException(
                ErrorCode.CreationForbidden, $"Cannot create {Describe(repository)}: Harbor refused the credentials ({response.Reason}).",
                "Use credentials with the permission to create projects (a user, or a robot account of the system with project: create), " +
                "or create the project first.")
            { Reference = repository.ToString(), StatusCode = response.Status },
            _ => throw new AirgapException(
                ErrorCode.RepositoryNotCreated, $"Cannot create {Describe(repository)}: Harbor answered {response.Reason}.",
                "Correct the project's name or settings, or create the project first.")
            { Reference = repository.ToString(), StatusCode = response.Status },
        };
    }

    private static string ProjectOf(RepositoryName repository) => repository.Path.Split('/')[0];

    private async Task<AuthenticationHeaderValue?> AuthorizeAsync(RepositoryName repository, CancellationToken cancellationToken) =>
        await api.FindCredentialAsync(repository, cancellationToken) is Credential.Basic basic ? TokenClient.BasicHeader(basic) : null;

    // Harbor's metadata values are strings.
    private byte[] Document(RepositoryName repository)
    {
        return JsonBytes.Object(json =>
        {
            json.WriteString("project_name", ProjectOf(repository));
            json.WriteStartObject("metadata");
            json.WriteString("public", settings.Public ? "true" : "false");
            json.WriteEndObject();
            if (settings.StorageLimit is { } limit)
                json.WriteNumber("storage_limit", limit);
        });
    }
}
