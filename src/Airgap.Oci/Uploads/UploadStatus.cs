using Airgap.Oci.Auth;
using Airgap.Oci.Naming;
using Airgap.Oci.Requests;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Uploads;

/// <summary>Requests the status of a broken upload.</summary>
/// <remarks>Source: OCI distribution specification, "Pushing a blob in chunks", on the GET of an upload's location.</remarks>
internal static class UploadStatus
{
    private const int MostUnanswered = 2;

    /// <summary>Requests the status, and updates the session.</summary>
    /// <param name="transport">Sends the request.</param>
    /// <param name="repository">The destination.</param>
    /// <param name="scopes">The rights that the upload needs.</param>
    /// <param name="operation">The upload.</param>
    /// <param name="session">The session in doubt.</param>
    /// <param name="size">The blob's length: a registry that has more bytes has other content.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False if the registry has forgotten the session, or does not report its status: docker-registry 2.8 loses the bytes of a
    /// request that broke off.</returns>
    /// <exception cref="TransientException">There was no response.</exception>
    public static async Task<bool> AskAsync(
        Transport transport, RepositoryName repository, ScopeSet scopes, Operation operation, UploadSession session, long size,
        CancellationToken cancellationToken)
    {
        RegistryRequest request = new(RequestKind.UploadGet, HttpMethod.Get, session.Location, scopes, operation)
        {
            // Whatever the reason for the refusal, a new session costs less than asking again.
            Expects = static status => !Refusals.IsLoad(status),
        };
        using HttpResponseMessage? answer = await TrySendAsync(transport, repository, request, session, cancellationToken);
        if (answer is null || !answer.IsSuccessStatusCode || UploadSession.NextOf(answer) is not { } next || next > size)
        {
            transport.Trace.Note(
                $"{operation.Reference} has forgotten the upload of {operation.Digest}; it is sent again from the beginning");
            return false;
        }

        session.Resume(answer, next);
        transport.Trace.Note($"{operation.Reference} has {next} of {size} bytes of {operation.Digest}; the upload resumes from there");
        return true;
    }

    // The next request may get a response, which saves sending the bytes again. The number of such requests is limited.
    private static async Task<HttpResponseMessage?> TrySendAsync(
        Transport transport, RepositoryName repository, RegistryRequest request, UploadSession session, CancellationToken cancellationToken)
    {
        try
        {
            return await transport.SendOnceAsync(repository, request, cancellationToken);
        }
        catch (TransientException) when (session.CountUnanswered() < MostUnanswered)
        {
            throw;
        }
        catch (Exception e) when (e is TransientException or AirgapException)
        {
            transport.Trace.Note($"{request.Operation.Reference} does not report how many bytes of an upload it has: {e.Message}");
            return null;
        }
    }
}
