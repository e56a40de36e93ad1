using Airgap.Oci.Files;

namespace Airgap.Transfer.Pulling.Unpacking;

/// <summary>Counts the bytes of a layer against the limits of the pull.</summary>
internal sealed class MeteredStream(Stream inner, UnpackBudget budget) : ReadOnlyStream
{
    public override int Read(Span<byte> buffer) => Count(inner.Read(buffer));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await inner.ReadAsync(buffer, cancellationToken));

    private int Count(int read)
    {
        budget.Unpacked(read);
        return read;
    }
}
