using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Publishing.Declarations;

/// <summary>The metadata of an item about objects for Flux or Argo CD.</summary>
internal static class GitOpsRequest
{
    private static readonly RepositoryName s_anyRepository = RepositoryName.Parse("registry.invalid/any");

    /// <summary>Reads the metadata, and validates them with a made-up digest.</summary>
    /// <param name="item">The item.</param>
    /// <param name="name">The base name of its artifacts.</param>
    /// <param name="tag">The tag at the destination; null for none.</param>
    /// <param name="hasRoot">False for a lock of single images, which has no content of its own.</param>
    /// <param name="problems">Receives the problems.</param>
    /// <returns>Null if none are requested.</returns>
    /// <exception cref="AirgapException">4xxx, from the writer.</exception>
    public static GitOpsOptions? Read(PublishItem item, string name, string? tag, bool hasRoot, ImmutableArray<Diagnostic>.Builder problems)
    {
        if (item.Value(MetadataNames.GitOps) is null)
        {
            if (item.Value(MetadataNames.GitOpsPath) is not null)
                problems.Add(item.Problem(
                    ErrorCode.InvalidArgument,
                    $"The item {item.ItemName} '{item.Include}' has a {MetadataNames.GitOpsPath} but no {MetadataNames.GitOps}.",
                    $"Set {MetadataNames.GitOps} to {string.Join(" or ", Enum.GetNames<GitOpsTool>())}."));
            return null;
        }

        if (ManifestRequest.Choice<GitOpsTool>(item, MetadataNames.GitOps, problems) is not { } tool)
            return null;
        if (!hasRoot)
        {
            problems.Add(item.Problem(
                ErrorCode.InvalidArgument,
                $"The item {item.ItemName} '{item.Include}' is a lock of single images, which {tool} cannot apply.",
                $"Omit {MetadataNames.GitOps}, or declare a bundle or an image."));
            return null;
        }

        GitOpsOptions options = new()
        {
            Tool = tool,
            Name = name.Replace('_', '-'),
            Namespace = item.Value(MetadataNames.Namespace),
            TargetNamespace = item.Value(MetadataNames.InstallNamespace),
            Path = item.Value(MetadataNames.GitOpsPath),
            SecretName = item.Value(MetadataNames.SecretName),
            Interval = item.Value(MetadataNames.SyncPeriod),
            Pinning = ManifestRequest.Choice<ReferencePinning>(item, MetadataNames.Pinning, problems) ?? ReferencePinning.Digest,
            TagSelection = item.Value(MetadataNames.TagSelection),
        };
        GitOpsWriter.Create(s_anyRepository, Digest.Compute([]), tag, null, options);
        return options;
    }
}
