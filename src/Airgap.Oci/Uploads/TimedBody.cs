using Airgap.Oci.Naming;
using Airgap.Oci.Requests;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Uploads;

/// <summary>Sends a request with bytes of a blob, and notes how fast the registry takes them.</summary>
internal static class TimedBody
{
    // A connection that broke earlier shows no rate: its first bytes stand in buffers.
    private static readonly TimeSpan s_telling = TimeSpan.FromSeconds(4);

    /// <summary>Sends it once.</summary>
    /// <param name="transport">Sends it.</param>
    /// <param name="repository">The destination.</param>
    /// <param name="request">The request; its content is made when it is sent.</param>
    /// <param name="length">The number of bytes in its body.</param>
    /// <param name="body">Makes its content.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<HttpResponseMessage> SendAsync(
        Transport transport, RepositoryName repository, RegistryRequest request, long length, Func<Watchdog, BlobUploadContent> body,
        CancellationToken cancellationToken)
    {
        TimeProvider clock = transport.Options.TimeProvider;
        UploadRate rate = transport.HostOf(repository).Uploads.Rate;
        BlobUploadContent? sent = null;

        // From here, and not from the call: a request may wait for its turn, for a token or for a connection.
        long begun = 0;
        request = request with
        {
            Content = watchdog =>
            {
                begun = clock.GetTimestamp();
                return sent = body(watchdog);
            },
        };
        try
        {
            HttpResponseMessage answer = await transport.SendOnceAsync(repository, request, cancellationToken);
            if (answer.IsSuccessStatusCode)
                rate.Note(length, clock.GetElapsedTime(begun));
            return answer;
        }
        catch (TransientException e) when (e.Failure.StatusCode == 0 && sent is not null && clock.GetElapsedTime(begun) > s_telling)
        {
            rate.Note(sent.Sent, clock.GetElapsedTime(begun));
            throw;
        }
    }
}
