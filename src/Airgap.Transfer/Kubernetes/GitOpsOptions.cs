namespace Airgap.Transfer.Kubernetes;

/// <summary>The tools that apply relocated content to a cluster without kapp-controller.</summary>
internal enum GitOpsTool
{
    /// <summary>Flux 2.6 or later: an <c>OCIRepository</c> and a <c>Kustomization</c>.</summary>
    Flux,

    /// <summary>Argo CD 3.1 or later: an <c>Application</c>.</summary>
    ArgoCD,
}

/// <summary>The options for the objects of such a tool. An empty text means the same as null.</summary>
internal sealed record GitOpsOptions
{
    /// <summary>The tool.</summary>
    public required GitOpsTool Tool { get; init; }

    /// <summary>The objects' name, a DNS subdomain.</summary>
    public required string Name { get; init; }

    /// <summary>Their namespace; null for the tool's usual one.</summary>
    public string? Namespace { get; init; }

    /// <summary>The namespace of objects without their own namespace; null for none.</summary>
    public string? TargetNamespace { get; init; }

    /// <summary>The folder of the content to apply; null for all content.</summary>
    public string? Path { get; init; }

    /// <summary>The pull secret, in the objects' namespace, for Flux; null for none.</summary>
    public string? SecretName { get; init; }

    /// <summary>How often Flux checks for changes, such as <c>10m</c>; null for 10 minutes.</summary>
    public string? Interval { get; init; }

    /// <summary>How the content is named.</summary>
    public ReferencePinning Pinning { get; init; } = ReferencePinning.Digest;

    /// <summary>Semver constraints by which Flux selects a tag instead of the digest; null for none.</summary>
    public string? TagSelection { get; init; }
}
