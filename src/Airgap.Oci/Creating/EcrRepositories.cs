using Airgap.Oci.Credentials.Keychains;
using Airgap.Oci.Credentials.Keychains.Amazon;
using Airgap.Oci.Naming;

namespace Airgap.Oci.Creating;

/// <summary>Creates repositories of Amazon's registries, which refuse a push to a repository that does not exist.</summary>
/// <remarks>
/// Source: Amazon ECR API reference, CreateRepository, PutLifecyclePolicy, SetRepositoryPolicy and DescribeRepositories; Amazon ECR Public
/// API reference.
/// </remarks>
internal sealed class EcrRepositories(EcrClient client, RepositorySettings settings) : IRepositoryMaker
{
    public string Describe(RepositoryName repository) => $"the ECR repository {repository}";

    public bool TellsMissing => false;

    public bool MayMeanMissing(AirgapException refusal) => refusal.Code == ErrorCode.RepositoryUnknown;

    public async Task<bool?> IsMissingAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        try
        {
            EcrResponse? response = await client.CallAsync(
                repository.Registry, "DescribeRepositories", host => EcrDocuments.Describe(host, NameOf(repository)), cancellationToken);
            return response switch
            {
                { IsSuccess: true } => false,
                { Error: "RepositoryNotFoundException" } => true,
                _ => null,
            };
        }
        catch (CloudException)
        {
            return null;
        }
    }

    public async Task<bool> CreateAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        bool isGallery = KeychainHosts.IsAmazonGallery(repository.Registry);
        if (isGallery && !repository.Path.Contains('/', StringComparison.Ordinal))
            throw new AirgapException(
                ErrorCode.RepositoryNotCreated,
                $"Cannot create {Describe(repository)}: a repository of ECR Public has its registry's alias before its name.",
                $"Name it {repository.Registry}/ALIAS/{repository.Path}.")
            { Reference = repository.ToString() };
        string name = NameOf(repository);
        EcrResponse response = await CallAsync(
            repository, "CreateRepository",
            host => host.IsGallery ? EcrDocuments.Create(name, settings.EcrPublic) : EcrDocuments.Create(host, name, settings.Ecr),
            cancellationToken);
        if (response.Error == "RepositoryAlreadyExistsException")
            return false;
        if (!response.IsSuccess)
            throw Refused(repository, response);
        if (!isGallery && settings.Ecr.LifecyclePolicy is { } lifecycle)
            await ApplyAsync(repository, "PutLifecyclePolicy", "lifecyclePolicyText", lifecycle, cancellationToken);
        if ((isGallery ? settings.EcrPublic.RepositoryPolicy : settings.Ecr.RepositoryPolicy) is { } policy)
            await ApplyAsync(repository, "SetRepositoryPolicy", "policyText", policy, cancellationToken);
        return true;
    }

    private async Task ApplyAsync(
        RepositoryName repository, string operation, string property, string text, CancellationToken cancellationToken)
    {
        EcrResponse response = await CallAsync(
            repository, operation, host => EcrDocuments.WithText(host, NameOf(repository), property, text), cancellationToken);
        if (response.IsSuccess)
            return;
        string policy = operation == "PutLifecyclePolicy" ? "lifecycle policy" : "repository policy";
        throw new AirgapException(
            ErrorCode.RepositorySettingsNotApplied,
            $"Created {Describe(repository)}, but it does not have its {policy}: {response.Place} refused {operation} ({response.Reason}).",
            $"Correct the policy or allow {PermissionOf(repository, operation)}; then delete the empty repository and run it again, or " +
            "set the policy yourself.")
        { Reference = repository.ToString(), StatusCode = response.Status };
    }

    private async Task<EcrResponse> CallAsync(
        RepositoryName repository, string operation, Func<EcrHost, byte[]> body, CancellationToken cancellationToken)
    {
        try
        {
            return await client.CallAsync(repository.Registry, operation, body, cancellationToken)
                ?? throw new AirgapException(
                    ErrorCode.NoCreationCredentials,
                    $"Cannot create {Describe(repository)}: there are no AWS keys in {client.Places}.",
                    "Give this machine or job keys or a role that may create repositories; a registry password alone cannot.")
                { Reference = repository.ToString() };
        }
        catch (CloudException e)
        {
            throw new AirgapException(
                ErrorCode.RepositoryNotCreated, $"Cannot create {Describe(repository)}: {e.Message}.",
                "Check the keys and the connection to the service; AWS_ENDPOINT_URL_ECR names a VPC endpoint.", e)
            { Reference = repository.ToString() };
        }
    }

    private AirgapException Refused(RepositoryName repository, EcrResponse response)
    {
        bool isForbidden = response.Status is 401 or 403
            || response.Error is "AccessDeniedException" or "UnrecognizedClientException" or "InvalidSignatureException";
        string needed = PermissionOf(repository, "CreateRepository")
            + (HasTags(repository) ? " and " + PermissionOf(repository, "TagResource") : "");
        return isForbidden
            ? new AirgapException(
                ErrorCode.CreationForbidden,
                $"Cannot create {Describe(repository)}: {response.Place} refused the keys ({response.Reason}).",
                $"Allow {needed} to the keys or role, or create the repository first.")
            { Reference = repository.ToString(), StatusCode = response.Status }
            : new AirgapException(
                ErrorCode.RepositoryNotCreated, $"Cannot create {Describe(repository)}: {response.Place} answered {response.Reason}.",
                "Correct the repository's name or settings, or create the repository first.")
            { Reference = repository.ToString(), StatusCode = response.Status };
    }

    // In the public gallery, the alias of a registry precedes its repositories' names, but is not a part of them.
    private static string NameOf(RepositoryName repository) => KeychainHosts.IsAmazonGallery(repository.Registry)
        ? repository.Path[(repository.Path.IndexOf('/', StringComparison.Ordinal) + 1)..] : repository.Path;

    private bool HasTags(RepositoryName repository) =>
        !(KeychainHosts.IsAmazonGallery(repository.Registry) ? settings.EcrPublic.Tags : settings.Ecr.Tags).IsEmpty;

    private static string PermissionOf(RepositoryName repository, string operation) =>
        $"{(KeychainHosts.IsAmazonGallery(repository.Registry) ? "ecr-public" : "ecr")}:{operation}";
}
