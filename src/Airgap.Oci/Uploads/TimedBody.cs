using Airgap.Oci.Naming;
using Airgap.Oci.Requests;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Uploads;

/// <summary>Sends a request with bytes of a blob, and measures the rate at which the registry accepts them.</summary>
internal static class TimedBody
{
    // A connection that broke before this time shows no rate: the first bytes may still be in buffers.
    private static readonly TimeSpan s_telling = TimeSpan.FromSeconds(4);

    /// <summary>Sends the request once.</summary>
    /// <param name="transport">Sends requests.</param>
    /// <param name="repository">The destination.</param>
    /// <param name="request">The request; its content is created when it is sent.</param>
    /// <param name="length">The number of bytes in its body.</param>
    /// <param name="body">Creates its content.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public static async Task<HttpResponseMessage> SendAsync(
        Transport transport, RepositoryName repository, RegistryRequest request, long length, Func<Watchdog, BlobUploadContent> body,
        CancellationToken cancellationToken)
    {
        TimeProvider clock = transport.Options.TimeProvider;
        UploadRate rate = transport.HostOf(repository).Uploads.Rate;
        BlobUploadContent? sent = null;

        // The time starts here, not at the call: a request may wait for its turn, for a token or for a connection.
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
