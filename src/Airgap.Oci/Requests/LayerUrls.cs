using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>
/// The sources of one blob: the repository first; for a non-distributable layer that the repository lacks, also the
/// addresses in its descriptor. These receive no credentials and follow the rules for a layer's redirects; their bytes
/// are verified like all others.
/// </summary>
/// <remarks>Source: OCI image specification, descriptor.md (<c>urls</c>) and layer.md, "Non-Distributable Layers".</remarks>
internal sealed class LayerUrls(Transport transport, RepositoryName repository, Descriptor blob)
{
    // 0 for the repository.
    private int _place;

    /// <summary>The current source, for a message.</summary>
    public string Place => _place == 0 ? "the registry" : blob.Urls[_place - 1].Authority;

    /// <summary>Requests the blob from the source known to have it, and from the next one if it is missing there.</summary>
    /// <exception cref="TransientException">A transient failure.</exception>
    /// <exception cref="AirgapException">No source has it.</exception>
    public async Task<HttpResponseMessage> SendAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            int place = Volatile.Read(ref _place);
            try
            {
                return place == 0
                    ? await transport.SendOnceAsync(repository, request, cancellationToken)
                    : await FetchAsync(blob.Urls[place - 1], request, cancellationToken);
            }
            catch (AirgapException e) when (IsAbsent(place, e))
            {
                if (place == blob.Urls.Length)
                    throw Nowhere(request.Operation, blob.Urls[place - 1], e);
                transport.Trace.Note($"requesting {blob.Digest} from {Redaction.Url(blob.Urls[place])}: {e.Message}");
                Interlocked.CompareExchange(ref _place, place + 1, place);
            }
        }
    }

    private bool IsAbsent(int place, AirgapException failure) => place > 0
        || (blob.Urls.Length > 0 && MediaTypes.IsNonDistributable(blob.MediaType)
            && (failure.StatusCode == 404 || failure.Code == ErrorCode.BlobUnknown));

    private async Task<HttpResponseMessage> FetchAsync(Uri url, RegistryRequest request, CancellationToken cancellationToken)
    {
        bool isLocal = transport.HostOf(repository).IsLocal;
        if (!isLocal && LocalHosts.IsInternal(url.IdnHost))
        {
            throw request.Operation.Failed(
                ErrorCode.RedirectRefused, $"its URL {Redaction.Url(url)} is an internal address",
                "Check the pushed image; a layer's URL must be public.");
        }

        WireRequest wire = new(HttpMethod.Get, url, request.Kind, request.Operation)
        {
            Headers = request.Headers,
            IsBulk = request.IsBulk,
            Identifies = false,
        };
        HttpResponseMessage response = await Redirects.SendAsync(transport.Exchange, wire, null, isLocal, cancellationToken);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await Refusals.ReadAsync(response, request.Kind, request.Operation, transport.Options, cancellationToken);
    }

    private static AirgapException Nowhere(Operation operation, Uri url, AirgapException last) => operation.Failed(
        ErrorCode.BlobUnknown,
        $"the repository does not have the layer, and its URL {Redaction.Url(url)} does not return it: {last.Message.TrimEnd('.')}",
        "Push the layer to the repository, allow access to its URL, or leave out non-distributable layers.",
        last);
}
