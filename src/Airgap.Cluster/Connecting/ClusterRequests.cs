using System.Net.Http.Headers;
using Airgap.Oci;

namespace Airgap.Cluster.Connecting;

/// <summary>Makes requests with the credentials of a cluster's user.</summary>
internal static class ClusterRequests
{
    /// <summary>Makes one.</summary>
    /// <param name="target">The cluster.</param>
    /// <param name="method">The method.</param>
    /// <param name="path">Path and query below the server's address, without a leading slash.</param>
    /// <param name="body">The body; null for none.</param>
    /// <param name="contentType">The body's type.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ClusterConfig"/>: the credentials cannot be read.</exception>
    public static async Task<HttpRequestMessage> MakeAsync(
        ClusterTarget target, HttpMethod method, string path, byte[]? body, string? contentType, CancellationToken cancellationToken)
    {
        HttpRequestMessage request = new(method, path);
        // The name that the certificate is checked against follows the Host header.
        if (target.ServerName is { } name)
            request.Headers.Host = name;
        foreach (IGrouping<string, string> header in target.Impersonation.ToLookup(
            each => each.Key, each => each.Value, StringComparer.OrdinalIgnoreCase))
            request.Headers.TryAddWithoutValidation(header.Key, HeaderLines.Join(header));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType!);
        }

        if (target.Authorization is { } authorization)
        {
            try
            {
                request.Headers.Authorization = await authorization(cancellationToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                request.Dispose();
                throw new AirgapException(
                    ErrorCode.ClusterConfig,
                    $"The credentials of {target.Origin} cannot be read: {failure.Message.TrimEnd('.')}.",
                    target.IsPod ? $"See the files in {PodAccount.Folder}, which the kubelet writes, or name a kubeconfig: --kubeconfig FILE."
                        : "Run the log-in of the context again; 'kubectl get namespaces' shows whether it works.",
                    failure);
            }
        }

        return request;
    }
}
