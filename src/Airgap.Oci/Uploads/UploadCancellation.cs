using Airgap.Oci.Auth;
using Airgap.Oci.Naming;
using Airgap.Oci.Requests;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Uploads;

/// <summary>
/// Cancels abandoned uploads, so that a registry does not keep their bytes. It runs after the work, even after a
/// cancellation, takes little time, and ignores failures.
/// </summary>
/// <remarks>Source: OCI distribution specification, "Canceling a blob upload".</remarks>
internal sealed class UploadCancellation(Transport transport, RepositoryName repository)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(3);

    /// <summary>Cancels the upload that a response opened, if any.</summary>
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

    /// <summary>Cancels an upload. An upload on another host, whose address is usually signed, expires by itself.</summary>
    public async Task CancelAsync(Uri location, Operation operation)
    {
        try
        {
            using CancellationTokenSource limit = new(s_limit, transport.Options.TimeProvider);
            Uri registry = await transport.HostOf(repository).GetAddressAsync(limit.Token);
            if (!Redirects.IsSameOrigin(registry, location))
                return;
            RegistryRequest request =
                new(RequestKind.UploadDelete, HttpMethod.Delete, location, ScopeSet.PullAndPush(repository.Path), operation)
                {
                    Expects = static _ => true,
                };
            using HttpResponseMessage answer = await transport.SendOnceAsync(repository, request, limit.Token);
        }
        catch (Exception e) when (e is TransientException or AirgapException or OperationCanceledException or ObjectDisposedException)
        {
            transport.Trace.Note($"the upload of {operation.Digest} to {operation.Reference} was not cancelled: {e.Message}");
        }
    }
}
