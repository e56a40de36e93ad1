using Airgap.Cluster.Causes;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Cluster.Probing;
using Airgap.Oci.Naming;

namespace Airgap.Cluster.Diagnosing;

/// <summary>Collects evidence of a cause: the Secret, kapp-controller's settings, and the mirror as seen from this machine.</summary>
/// <param name="client">The cluster.</param>
/// <param name="mirror">Sends requests to mirrors; null to send none.</param>
/// <param name="triesSecrets">True to use the cluster's own Secrets.</param>
/// <param name="controller">The namespace of kapp-controller.</param>
internal sealed class CauseEvidence(ClusterClient client, MirrorProbe? mirror, bool triesSecrets, string controller)
{
    // Causes about which the registry can tell more.
    private static readonly HashSet<Cause> s_asked =
    [
        Cause.ImageMissing, Cause.TagMissing, Cause.RepositoryMissing, Cause.LayerMissing, Cause.NotARegistry, Cause.RegistryError,
        Cause.TooManyRequests,
        Cause.ConnectionClosed, Cause.ConnectionRefused, Cause.ConnectTimeout, Cause.TlsTimeout, Cause.HttpRegistry, Cause.DnsFailure,
    ];

    private readonly SecretReader _secrets = new(client);

    /// <summary>The evidence, one line each.</summary>
    /// <param name="state">The object that failed.</param>
    /// <param name="cause">The cause.</param>
    /// <param name="image">The image that it fetches; null if unknown.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<string>> SeeAsync(
        ReconcileState state, Cause? cause, string? image, CancellationToken cancellationToken)
    {
        if (cause is null || Explanation.HostOf(state) is not { } host)
            return [];
        _ = ImageReference.TryParse(image ?? "", out ImageReference? reference, out _);
        // The cluster reports a missing Secret, another host, a placeholder and a wrong password alike.
        if (cause is Cause.Unauthorized or Cause.TokenRefused or Cause.Denied)
            return await SeeSecretAsync(state, cause.Value, host, reference, cancellationToken);
        if (mirror is null)
            return [];
        List<string> seen = [];
        if (cause is Cause.DnsFailure)
            seen.Add(await MirrorProbe.LookUpAsync(host, cancellationToken));
        if (cause is Cause.CertificateUnknownAuthority or Cause.CertificateWrongName or Cause.CertificateExpired)
        {
            ControllerTrust trust = await ControllerTrust.ReadAsync(client, controller, cancellationToken);
            if (cause is Cause.CertificateUnknownAuthority)
                seen.Add(trust.Words);
            seen.Add(await CertificateProbe.DescribeAsync(host, trust.Authorities, mirror.ConnectLimit, cancellationToken));
        }

        if (s_asked.Contains(cause.Value) && reference is not null)
            seen.Add(await mirror.AskAsync(reference, null, cancellationToken));
        return seen;
    }

    private async Task<IReadOnlyList<string>> SeeSecretAsync(
        ReconcileState state, Cause cause, string host, ImageReference? image, CancellationToken cancellationToken)
    {
        SecretLookup sight = await _secrets.LookAsync(state, host, cancellationToken);
        if (mirror is null || image is null || sight.Secret is not { } secret || SecretCredential.Of(secret, host) is not { } credential)
            return cause == Cause.Denied ? [] : [sight.Words];
        if (!triesSecrets)
            return cause == Cause.Denied ? [
                ]
                : [sight.Words,
                    "whether the mirror takes it from here was not tried: doctor --try-secrets tries it, and shows nothing of it"];
        return [$"the Secret {sight.Name} is for {host}",
            await mirror.AskAsync(image, new FixedCredential(host, credential), cancellationToken)];
    }
}
