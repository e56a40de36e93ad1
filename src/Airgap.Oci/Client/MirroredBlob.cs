using System.Collections.Immutable;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;

namespace Airgap.Oci.Client;

/// <summary>A blob read from the first endpoint that has it; if a connection breaks, another endpoint continues.</summary>
/// <param name="name">The repository that the user wrote.</param>
/// <param name="places">The endpoints, the registry itself last.</param>
/// <param name="mirrors">Records which mirrors were read, and which failed.</param>
internal sealed class MirroredBlob(
    RepositoryName name, ImmutableArray<(RepositoryName Name, IBlobContent Content)> places, SourceMirrors mirrors) : IBlobContent
{
    public Descriptor Descriptor => places[^1].Content.Descriptor;

    public IBlobContent HelpedBy(PartHelp help) =>
        new MirroredBlob(name, [.. places.Select(place => (place.Name, place.Content.HelpedBy(help)))], mirrors);

    public async ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken)
    {
        (int place, Stream stream) = await OpenFromAsync(0, offset, cancellationToken);
        return new MirroredStream(this, place, stream, offset);
    }

    public async Task<T> ReadWholeAsync<T>(Func<Stream, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        for (int place = 0; ; place++)
        {
            if (IsPassed(place))
                continue;
            try
            {
                T result = await places[place].Content.ReadWholeAsync(read, cancellationToken);
                NoteRead(place, Descriptor.Size, isWhole: true);
                return result;
            }
            catch (AirgapException e) when (TryLeave(place, e))
            {
            }
        }
    }

    /// <summary>Opens the blob at the first endpoint, from a given one on, that has it.</summary>
    public async ValueTask<(int Place, Stream Stream)> OpenFromAsync(int place, long offset, CancellationToken cancellationToken)
    {
        for (; ; place++)
        {
            if (IsPassed(place))
                continue;
            try
            {
                return (place, await places[place].Content.OpenAsync(offset, cancellationToken));
            }
            catch (AirgapException e) when (TryLeave(place, e))
            {
            }
        }
    }

    /// <summary>True if another endpoint may serve after this failure.</summary>
    public bool TryLeave(int place, AirgapException failure)
    {
        if (place == places.Length - 1 || !SourceMirrors.IsOfRegistry(failure))
            return false;
        mirrors.NoteFailure(places[place].Name, failure);
        return true;
    }

    /// <summary>Counts the bytes that an endpoint returned.</summary>
    public void NoteRead(int place, long bytes, bool isWhole) =>
        mirrors.NoteRead(name, places[place].Name, Descriptor.Digest, 0, isWhole ? 1 : 0, bytes);

    private bool IsPassed(int place) => place < places.Length - 1 && mirrors.IsDown(places[place].Name);
}
