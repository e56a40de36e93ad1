using Airgap.Oci.Auth;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Requests;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Uploads;

/// <summary>Sends a blob whole, in one PUT that ends the session.</summary>
internal static class WholeUpload
{
    /// <summary>Sends it.</summary>
    /// <param name="transport">Sends requests.</param>
    /// <param name="repository">The destination.</param>
    /// <param name="content">The blob.</param>
    /// <param name="scopes">The rights that the request needs.</param>
    /// <param name="operation">The purpose, for messages.</param>
    /// <param name="progress">Receives the bytes sent.</param>
    /// <param name="session">The upload session, whose state is uncertain until the response.</param>
    /// <param name="asksFirst">True to send the body only after a 100 Continue.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    public static async Task PutAsync(
        Transport transport,
        RepositoryName repository,
        IBlobContent content,
        ScopeSet scopes,
        Operation operation,
        UploadProgress progress,
        UploadSession session,
        bool asksFirst,
        CancellationToken cancellationToken)
    {
        session.IsInDoubt = true;
        ByteBucket? rate = transport.HostOf(repository).Outgoing;
        UploadSource source = new(content);
        await using (source)
        {
            RegistryRequest request = new(
                RequestKind.UploadPut, HttpMethod.Put,
                UploadSession.WithDigest(session.Location, content.Descriptor.Digest), scopes, operation)
            {
                Headers = asksFirst ? RegistryRequest.AskingFirst : [],
                IsBulk = Bulk.Is(content.Descriptor.Size),
            };
            using HttpResponseMessage answer = await TimedBody.SendAsync(
                transport, repository, request, source.Size,
                watchdog => OctetStream(new BlobUploadContent(source, 0, source.Size, progress, watchdog, rate)), cancellationToken);
        }
    }

    private static BlobUploadContent OctetStream(BlobUploadContent body)
    {
        body.Headers.TryAddWithoutValidation("Content-Type", "application/octet-stream");
        return body;
    }
}
