using System.Collections.Immutable;

namespace Airgap.Oci.Creating;

/// <summary>Settings of new repositories and projects, for each kind of registry.</summary>
internal sealed record RepositorySettings
{
    /// <summary>Each registry's own defaults.</summary>
    public static RepositorySettings Default { get; } = new();

    /// <summary>For repositories of Amazon's private registries.</summary>
    public EcrSettings Ecr { get; init; } = new();

    /// <summary>For repositories of Amazon's public gallery.</summary>
    public EcrGallerySettings EcrPublic { get; init; } = new();

    /// <summary>For projects of Harbor.</summary>
    public HarborSettings Harbor { get; init; } = new();

    /// <summary>For repositories of Quay.</summary>
    public QuaySettings Quay { get; init; } = new();
}

/// <summary>Settings of a repository in an Amazon registry; null or empty for the service's defaults.</summary>
/// <remarks>Source: Amazon ECR API reference, CreateRepository, PutLifecyclePolicy and SetRepositoryPolicy.</remarks>
internal sealed record EcrSettings
{
    /// <summary>Tags of the repository itself, key by key.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Tags { get; init; } = [];

    /// <summary><c>MUTABLE</c>, <c>IMMUTABLE</c>, or one of the two with <c>_WITH_EXCLUSION</c>.</summary>
    public string? Mutability { get; init; }

    /// <summary>The patterns of image tags that <see cref="Mutability"/> excludes, such as <c>dev-*</c>.</summary>
    public ImmutableArray<string> Exclusions { get; init; } = [];

    /// <summary><c>AES256</c>, <c>KMS</c> or <c>KMS_DSSE</c>.</summary>
    public string? Encryption { get; init; }

    /// <summary>The key for <c>KMS</c>: its ARN, ID or alias; null for the service's own.</summary>
    public string? KmsKey { get; init; }

    /// <summary>True to scan images when they are pushed.</summary>
    public bool? ScanOnPush { get; init; }

    /// <summary>The lifecycle policy, as JSON text.</summary>
    public string? LifecyclePolicy { get; init; }

    /// <summary>The repository policy, as JSON text.</summary>
    public string? RepositoryPolicy { get; init; }
}

/// <summary>Settings of a repository in Amazon's public gallery.</summary>
internal sealed record EcrGallerySettings
{
    /// <summary>Tags of the repository itself, key by key.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Tags { get; init; } = [];

    /// <summary>The short description in the gallery.</summary>
    public string? Description { get; init; }

    /// <summary>The repository policy, as JSON text.</summary>
    public string? RepositoryPolicy { get; init; }
}

/// <summary>Settings of a project in Harbor.</summary>
internal sealed record HarborSettings
{
    /// <summary>True for a project that anyone may pull from.</summary>
    public bool Public { get; init; }

    /// <summary>The project's quota in bytes, -1 for none; null for the registry's default. Only an administrator may set it.</summary>
    public long? StorageLimit { get; init; }
}

/// <summary>Settings of a repository in Quay.</summary>
internal sealed record QuaySettings
{
    /// <summary>True for a repository that anyone may pull from.</summary>
    public bool Public { get; init; }

    /// <summary>The description.</summary>
    public string Description { get; init; } = "";

    /// <summary>True to create the organization as well, if it does not exist.</summary>
    public bool CreateOrganization { get; init; }

    /// <summary>The e-mail address of a new organization, which a registry that sends mail requires.</summary>
    public string? OrganizationEmail { get; init; }
}
