using Airgap.Oci.Auth;
using Airgap.Oci.Naming;
using Airgap.Oci.Requests;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Uploads;

/// <summary>
/// Cancels uploads that were opened and will not be finished, so that a registry does not keep their bytes. It is a courtesy: it runs when the work is over,
/// even a cancelled one, takes little time, and no failure of it counts.
/// </summary>
/// <remarks>Source: OCI distribution specification, "Canceling a blob upload".</remarks>
internal sealed class UploadCancellation(Transport transport, RepositoryName repository)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    /// <summary>Cancels the upload that an answer opened, if it opened one.</summary>
    public Task CancelAsync(HttpResponseMessage opened, Operation operation)
    {
        if ((int)opened.StatusCode != 202)
            return Task.CompletedTask;
        try
        {
            return CancelAsync(UploadSession.LocationOf(opened, transport.HostOf(repository).IsLocal, operation), operation);
        }
        catch (AirgapException)
        {
            return Task.CompletedTask;
        }
    }

    /// <summary>Cancels an upload. One on another host, whose address is signed as a rule, ends by itself.</summary>
    public async Task CancelAsync(Uri location, Operation operation)
    {
        try
        {
            using CancellationTokenSource limit = new(Limit, transport.Options.TimeProvider);
            Uri registry = await transport.HostOf(repository).GetAddressAsync(limit.Token).ConfigureAwait(false);
            if (!Redirects.IsSameOrigin(registry, location))
                return;
            RegistryRequest request = new(RequestKind.UploadDelete, HttpMethod.Delete, location, ScopeSet.PullAndPush(repository.Path), operation)
            {
                Expects = static _ => true,
            };
            using HttpResponseMessage answer = await transport.SendOnceAsync(repository, request, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TransientException or AirgapException or OperationCanceledException or ObjectDisposedException)
        {
            transport.Trace.Note($"the upload of {operation.Digest} to {operation.Reference} was not cancelled: {e.Message}");
        }
    }
}
