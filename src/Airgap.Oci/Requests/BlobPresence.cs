using Airgap.Oci.Auth;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>
/// Asks whether a repository has a blob: with HEAD, or with a GET of its first byte if the HEAD shows nothing.
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
            if (answer.IsSuccessStatusCode && Judge(answer, blob) is { } isWhole)
                return isWhole;
        }
        catch (TransientException)
        {
            // The GET is retried.
        }
        catch (AirgapException e) when (e.Code != ErrorCode.RegistryCertificate)
        {
            // The GET succeeds, or fails with a reason.
        }

        return await AskByGetAsync(cancellationToken);
    }

    /// <summary>Checks for the blob with a GET.</summary>
    /// <exception cref="AirgapException">It failed with another status than 404.</exception>
    public async Task<bool> AskByGetAsync(CancellationToken cancellationToken)
    {
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
                // An empty file has no first byte.
                416 => answer.Content.Headers.ContentRange?.Length == blob.Size,
                _ => IsWhole(answer.Content.Headers.ContentLength),
            }),
            cancellationToken);
    }

    /// <summary>
    /// What a successful HEAD shows: false for the length of a truncated file; null for the length 0, which some servers and proxies send
    /// with every HEAD, and which a file has after a power failure.
    /// </summary>
    public static bool? Judge(HttpResponseMessage answer, Descriptor blob) => answer.Content.Headers.ContentLength switch
    {
        null => true,
        0 when blob.Size > 0 => null,
        var length => length == blob.Size,
    };

    private bool IsWhole(long? length) => length is null || length == blob.Size;

    private RegistryRequest Request(RequestKind kind, HttpMethod method) =>
        new(kind, method, RegistryRequest.Below(repository.Path, "blobs/" + blob.Digest), ScopeSet.Pull(repository.Path), _operation);
}
