namespace Airgap.Oci.Content;

/// <summary>
/// The bytes of a blob, which can be opened several times, as required by retries, resumed uploads and replays after a
/// 401.
/// </summary>
public interface IBlobContent
{
    /// <summary>Digest and size of the bytes.</summary>
    Descriptor Descriptor { get; }

    /// <summary>Opens the bytes from an offset to the end.</summary>
    /// <param name="offset">From 0 to the blob's size, in bytes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// A stream that the caller disposes. From offset 0 it verifies: reading it to the end fails with
    /// <see cref="ErrorCode.DigestMismatch"/> or <see cref="ErrorCode.SizeMismatch"/> if the bytes do not match the
    /// descriptor. From another offset only the length is verified.
    /// </returns>
    ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken);

    /// <summary>Reads the bytes from the beginning with a function that is called again when the bytes were corrupted in transit.</summary>
    /// <param name="read">Reads to the end. It starts over with each call, and passes on the stream's exceptions.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    internal async Task<T> ReadWholeAsync<T>(Func<Stream, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        Stream stream = await OpenAsync(0, cancellationToken);
        await using (stream)
            return await read(stream, cancellationToken);
    }

    /// <summary>
    /// Opens a range of the bytes, if that is as fast as opening all of them and several ranges can be read in
    /// parallel.
    /// </summary>
    /// <param name="offset">The first byte, from 0 to below the blob's size.</param>
    /// <param name="length">How many bytes, 1 or more, up to the blob's end.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A stream of exactly these bytes, not verified; null if ranges are not available.</returns>
    internal ValueTask<Stream?> TryOpenPartAsync(long offset, long length, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Stream?>(null);

    /// <summary>The same bytes, read in parallel parts where one stream is slow and connections are free.</summary>
    /// <param name="help">Lends the connections.</param>
    /// <returns>This content, where parts are not available.</returns>
    internal IBlobContent HelpedBy(PartHelp help) => this;
}
