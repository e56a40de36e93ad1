using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>
/// The places of one blob: the repository first, and, for a layer that may not be redistributed and that the repository lacks, the
/// addresses that its descriptor names. Those get no credentials and are held to the rules of a layer's redirects; what comes from them is
/// verified as all bytes are.
/// </summary>
/// <remarks>Source: OCI image specification, descriptor.md (<c>urls</c>) and layer.md, "Non-Distributable Layers".</remarks>
internal sealed class LayerUrls(Transport transport, RepositoryName repository, Descriptor blob)
{
    // 0 for the repository.
    private int _place;

    /// <summary>The place that is asked, for a message.</summary>
    public string Place => _place == 0 ? "the registry" : blob.Urls[_place - 1].Authority;

    /// <summary>Asks the place that has the blob, as far as it is known, and the next where it does not.</summary>
    /// <exception cref="TransientException">A transient failure.</exception>
    /// <exception cref="AirgapException">No place has it.</exception>
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
                transport.Trace.Note($"{blob.Digest} is asked for at {Redaction.Url(blob.Urls[place])}: {e.Message}");
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
                "Check what was pushed; a layer's URL has to be public.");
        }

        WireRequest wire = new(HttpMethod.Get, url, request.Kind, request.Operation) { Headers = request.Headers, IsBulk = request.IsBulk };
        HttpResponseMessage response = await Redirects.SendAsync(transport.Exchange, wire, null, isLocal, cancellationToken);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await Refusals.ReadAsync(response, request.Kind, request.Operation, transport.Options, cancellationToken);
    }

    private static AirgapException Nowhere(Operation operation, Uri url, AirgapException last) => operation.Failed(
        ErrorCode.BlobUnknown,
        $"the repository does not have the layer, and its URL {Redaction.Url(url)} does not give it: {last.Message.TrimEnd('.')}",
        "Push the layer to the repository, open the way to its URL, or leave non-distributable layers out.",
        last);
}
