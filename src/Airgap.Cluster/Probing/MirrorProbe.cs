using System.Net;
using System.Net.Sockets;
using Airgap.Oci;
using Airgap.Oci.Auth;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.Transfer.Bundles;

namespace Airgap.Cluster.Probing;

/// <summary>
/// Repeats kapp-controller's request to a mirror from this machine, and describes the result in one line. Only reads.
/// </summary>
/// <param name="options">How registries are reached.</param>
/// <param name="own">The credentials of this machine.</param>
internal sealed class MirrorProbe(RegistryOptions options, ICredentialSource own)
{
    private const int MostTags = 10_000;

    // A probe is not a transfer: a server that does not answer at once is reported as such.
    private readonly RegistryOptions _options = options with { RetryCount = 1, LoadWait = TimeSpan.Zero };

    /// <summary>The longest wait for a connection.</summary>
    public TimeSpan ConnectLimit => _options.ConnectTimeout;

    /// <summary>A client with the credentials of this machine.</summary>
    public RegistryClient Connect() => new(_options, own);

    /// <summary>Requests an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="secret">The cluster's credentials for it; null for those of this machine.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<string> AskAsync(ImageReference image, ICredentialSource? secret, CancellationToken cancellationToken)
    {
        string who = $"asked from here {(secret is null ? "with the credentials of this machine" : "with the Secret")}";
        try
        {
            using RegistryClient client = new(_options, secret ?? own);
            IImageRepository repository = client.GetRepository(image.Repository);
            if (await repository.FindManifestAsync(image.Selector, cancellationToken) is { } manifest)
                return $"{who}: {image} is there{await MissingAsync(repository, manifest, cancellationToken)}";
            return $"{who}: {await WithoutAsync(repository, image, cancellationToken)}";
        }
        catch (AirgapException refused) when (refused.Code is ErrorCode.Unauthorized or ErrorCode.TokenRequestFailed)
        {
            return $"{who}: {image.Repository.Registry} refuses user or password";
        }
        catch (AirgapException refused) when (refused.Code == ErrorCode.Forbidden)
        {
            return $"{who}: the account is known, but may not pull {image.Repository}";
        }
        catch (AirgapException failure) when (failure.Code != ErrorCode.Canceled)
        {
            return $"{who}: {failure.Message.TrimEnd('.')}";
        }
    }

    /// <summary>Resolves a host name on this machine.</summary>
    public static async Task<string> LookUpAsync(string host, CancellationToken cancellationToken)
    {
        string name = HostName(host);
        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(name, cancellationToken);
            return "this machine resolves " +
                $"{name} to {string.Join(", ", addresses.Select(address => address.ToString()).Distinct(StringComparer.Ordinal).Take(4))}";
        }
        catch (SocketException)
        {
            return $"this machine cannot resolve {name} either";
        }
    }

    /// <summary>A host without its port.</summary>
    internal static string HostName(string host) =>
        Uri.TryCreate($"https://{host}", UriKind.Absolute, out Uri? uri) ? uri.DnsSafeHost : host;

    // A registry responds alike for an unknown repository and for a missing manifest; the list of tags shows which it is.
    private static async Task<string> WithoutAsync(IImageRepository repository, ImageReference image, CancellationToken cancellationToken)
    {
        string what = image.Digest is { } digest ? digest.ToString() : $"the tag {image.Tag ?? ImageReference.DefaultTag}";
        List<string> tags = [];
        try
        {
            await foreach (string tag in repository.ListExistingTagsAsync(cancellationToken))
            {
                if (tags.Count == MostTags)
                    break;
                // A tag that imgpkg makes of a digest is not a name.
                if (!ContentTag.IsImgpkgs(tag))
                    tags.Add(tag);
            }
        }
        catch (AirgapException unknown) when (unknown.Code == ErrorCode.RepositoryUnknown)
        {
            return $"there is no repository {image.Repository}";
        }

        return tags.Count == 0
            ? $"the repository {image.Repository} exists without named tags, and does not have {what}"
            : $"the repository {image.Repository} exists with {(tags.Count == 1 ? "the tag" : "the tags")} " +
            $"{string.Join(", ", tags.Take(5))}{(tags.Count > 5 ? $" and {tags.Count - 5} more" : "")}, and does not have {what}";
    }

    private static async Task<string> MissingAsync(IImageRepository repository, Manifest manifest, CancellationToken cancellationToken)
    {
        foreach (Descriptor blob in manifest.Config is { } config ? [config, .. manifest.Layers] : manifest.Layers)
        {
            if (!await repository.HasBlobAsync(blob, cancellationToken))
                return $", but its {(blob == manifest.Config ? "config" : "layer")} {blob.Digest} is missing";
        }

        return "";
    }
}
