using Airgap.Oci.Auth;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>
/// Asks whether a repository has a blob: with HEAD, or with a GET of its first byte if the HEAD fails.
/// </summary>
/// <remarks>Source: OCI distribution specification, "Checking if content exists in the registry".</remarks>
internal sealed class BlobPresence(Transport transport, RepositoryName repository, Descriptor blob)
{
    private readonly Operation _operation = Operation.OnBlob("look for", repository, blob.Digest);

    /// <summary>Checks for the blob.</summary>
    /// <exception cref="AirgapException">The GET failed with another status than 404.</exception>
    public async Task<bool> AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage answer = await transport.SendOnceAsync(
                repository, Request(RequestKind.BlobHead, HttpMethod.Head) with { Expects = static _ => true }, cancellationToken);
            if (answer.IsSuccessStatusCode)
                return IsWhole(answer.Content.Headers.ContentLength);
        }
        catch (TransientException)
        {
            // The GET is retried.
        }
        catch (AirgapException e) when (e.Code != ErrorCode.RegistryCertificate)
        {
            // The GET succeeds, or fails with a reason.
        }

        // A response that ignores the range is not read.
        RegistryRequest get = Request(RequestKind.BlobGet, HttpMethod.Get) with
        {
            Headers = blob.Size > 1 ? [new("Range", "bytes=0-0")] : [],
            IsBulk = Bulk.Is(blob.Size),
            Expects = static status => status is 404 or 416,
        };
        return await transport.SendAsync(
            repository,
            get,
            (answer, _) => Task.FromResult((int)answer.StatusCode switch
            {
                404 => false,
                206 => IsWhole(answer.Content.Headers.ContentRange?.Length),
                416 => true,
                _ => IsWhole(answer.Content.Headers.ContentLength),
            }),
            cancellationToken);
    }

    // A registry may report the length of a truncated file.
    private bool IsWhole(long? length) => length is null or 0 || length == blob.Size;

    private RegistryRequest Request(RequestKind kind, HttpMethod method) =>
        new(kind, method, RegistryRequest.Below(repository.Path, "blobs/" + blob.Digest), ScopeSet.Pull(repository.Path), _operation);
}
