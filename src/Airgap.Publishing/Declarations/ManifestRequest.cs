using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Publishing.Declarations;

/// <summary>The metadata of an item about its PackageRepository manifest.</summary>
/// <param name="FileName">The base name of the item's artifacts.</param>
/// <param name="Options">The options of the manifest; null for none.</param>
/// <param name="Asked">True when the user requested one.</param>
/// <param name="Named">True when the user gave the name.</param>
internal sealed record ManifestRequest(string FileName, PackageRepositoryOptions? Options, bool Asked, bool Named)
{
    private static readonly RepositoryName s_anyRepository = RepositoryName.Parse("registry.invalid/any");

    /// <summary>Reads the metadata.</summary>
    /// <param name="item">The item.</param>
    /// <param name="sourceName">Last path segment of the source.</param>
    /// <param name="problems">Receives the problems.</param>
    public static ManifestRequest Read(PublishItem item, string sourceName, ImmutableArray<Diagnostic>.Builder problems)
    {
        string? text = item.Value(MetadataNames.PackageRepository);
        if (text is not null && IsNo(text))
            return new ManifestRequest(sourceName, null, Asked: false, Named: false);
        bool named = text is not null && !text.Equals("true", StringComparison.OrdinalIgnoreCase);
        // A repository may contain '_', a Kubernetes name may not.
        string name = named ? text! : sourceName.Replace('_', '-');
        PackageRepositoryOptions options = new()
        {
            Name = name,
            Namespace = item.Value(MetadataNames.Namespace),
            TagSelection = item.Value(MetadataNames.TagSelection),
            Prereleases = item.Value(MetadataNames.Prereleases),
            SyncPeriod = item.Value(MetadataNames.SyncPeriod),
            SecretName = item.Value(MetadataNames.SecretName),
            SecretNamespace = item.Value(MetadataNames.SecretNamespace),
            ToNamespaces = item.Value(MetadataNames.ToNamespaces),
            CreateNamespace = Flag(item, MetadataNames.CreateNamespace, problems),
            Install = item.Value(MetadataNames.PackageInstall),
            // It may be given for Flux and Argo CD without a PackageInstall.
            InstallNamespace = item.Value(MetadataNames.GitOps) is not null && item.Value(MetadataNames.PackageInstall) is null
            ? null : item.Value(MetadataNames.InstallNamespace),
            ServiceAccount = item.Value(MetadataNames.ServiceAccount),
            ControllerConfig = item.Value(MetadataNames.ControllerConfig),
            IsPlainImage = item.Kind == PublishItemKind.Image,
            Pinning = Choice<ReferencePinning>(item, MetadataNames.Pinning, problems) ?? ReferencePinning.Digest,
            SecretVariant = Choice<PullSecretVariant>(item, MetadataNames.PullSecret, problems)
                ?? (item.Value(MetadataNames.SecretName) is null ? PullSecretVariant.None : PullSecretVariant.SecretRef),
        };
        if (item.Value(MetadataNames.ApiVersion) is { } apiVersion)
            options = options with { ApiVersion = apiVersion };
        bool wanted = text is not null || item.Kind != PublishItemKind.Image;
        return new ManifestRequest(named ? name : sourceName, wanted ? options : null, Asked: text is not null, Named: named);
    }

    /// <summary>
    /// Writes the manifest with a made-up digest, so that a value the cluster would refuse is found before the first
    /// request.
    /// </summary>
    /// <returns>This.</returns>
    /// <exception cref="AirgapException">4xxx, from the writer.</exception>
    public ManifestRequest Verify(RepositoryName? repository, string? tag)
    {
        if (Options is not null)
        {
            // The default name matters only for a bundle that turns out to be a package repository.
            PackageRepositoryOptions options = Asked ? Options : Options with { Name = "any" };
            PackageRepositoryWriter.Create(repository ?? s_anyRepository, Digest.Compute([]), tag, options);
        }

        return this;
    }

    /// <summary>Reads the files with texts for the manifest.</summary>
    /// <returns>The request with them.</returns>
    /// <exception cref="AirgapException">3xxx: a file cannot be read.</exception>
    public ManifestRequest ReadFiles(PublishItem item, PublishSettings settings)
    {
        if (Options is null)
            return this;
        string? values = item.Value(MetadataNames.ValuesFile);
        return this with
        {
            Options = Options with
            {
                Values = values is null ? null : ManifestFiles.Read(settings.FullPath(values)),
                CaCertificates = Options.ControllerConfig is null ? "" : ManifestFiles.ReadAll(settings.Access.CaCertificates),
            },
        };
    }

    private static bool Flag(PublishItem item, string name, ImmutableArray<Diagnostic>.Builder problems)
    {
        string? text = item.Value(name);
        if (text is null || bool.TryParse(text, out bool flag) && !flag)
            return false;
        if (!text.Equals("true", StringComparison.OrdinalIgnoreCase))
            problems.Add(item.Problem(
                ErrorCode.InvalidArgument, $"The {name} of the item {item.ItemName} '{item.Include}' is '{text}'.",
                "Write true or false."));
        return true;
    }

    private static bool IsNo(string text) =>
        text.Equals("none", StringComparison.OrdinalIgnoreCase) || text.Equals("false", StringComparison.OrdinalIgnoreCase);

    /// <summary>A metadata value that is one of a few words; null if it is missing or another word.</summary>
    internal static T? Choice<T>(PublishItem item, string name, ImmutableArray<Diagnostic>.Builder problems) where T : struct, Enum
    {
        string? text = item.Value(name);
        if (text is null)
            return null;
        // A number would also parse as an enum value.
        if (char.IsAsciiLetter(text[0]) && Enum.TryParse(text, ignoreCase: true, out T value) && Enum.IsDefined(value))
            return value;
        problems.Add(item.Problem(
            ErrorCode.InvalidArgument,
            $"The {name} of the item {item.ItemName} '{item.Include}' is '{text}'.",
            $"Write one of {string.Join(", ", Enum.GetNames<T>())}."));
        return null;
    }
}
