using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;
using Airgap.Transfer.Layers;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Pushing;

/// <summary>
/// A packed layer before it is sent: its digest must be known before a registry accepts it. A small layer is kept in
/// memory, a larger one in a file that only its owner can read.
/// </summary>
internal sealed class PackedLayer : IDisposable
{
    private readonly string? _file;

    private PackedLayer(WrittenLayer layer, IBlobContent content, string? file)
    {
        Layer = layer;
        Content = content;
        _file = file;
        // For a run that is interrupted twice, or does not stop in time: it ends without disposing of anything.
        if (file is not null)
            AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    /// <summary>Digests and length.</summary>
    public WrittenLayer Layer { get; }

    /// <summary>The bytes.</summary>
    public IBlobContent Content { get; }

    /// <summary>Packs files.</summary>
    /// <exception cref="AirgapException">3xxx: a file cannot be read, or the temporary one cannot be written.</exception>
    public static async Task<PackedLayer> PackAsync(IReadOnlyList<LayerEntry> entries, CancellationToken cancellationToken)
    {
        // Each entry has a header block, and at most one block of padding.
        long length = entries.Sum(entry => entry.Size + (2 * TarHeader.BlockSize));
        return length <= PlannedManifest.SmallBlob
            ? await PackInMemoryAsync(entries, cancellationToken)
            : await PackInFileAsync(entries, cancellationToken);
    }

    public void Dispose()
    {
        if (_file is null)
            return;
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        TryDelete(_file);
    }

    private void OnProcessExit(object? sender, EventArgs e) => TryDelete(_file!);

    private static async Task<PackedLayer> PackInMemoryAsync(IReadOnlyList<LayerEntry> entries, CancellationToken cancellationToken)
    {
        MemoryStream memory = new();
        WrittenLayer layer = await BundleLayer.WriteAsync(entries, memory, cancellationToken);
        return new PackedLayer(layer,
            new MemoryBlobContent(layer.Descriptor, memory.GetBuffer().AsMemory(0, (int)memory.Length)), file: null);
    }

    private static async Task<PackedLayer> PackInFileAsync(IReadOnlyList<LayerEntry> entries, CancellationToken cancellationToken)
    {
        string path = Path.Combine(TemporaryFolder.Location, $"airgap-push-{Guid.NewGuid():n}.tar.gz");
        bool created = false;
        try
        {
            WrittenLayer layer;
            await using (FileStream file = OwnFile.CreateNew(path, OwnFile.Private, FileOptions.Asynchronous))
            {
                created = true;
                await using BufferedStream buffered = new(file, 128 * 1024);
                layer = await BundleLayer.WriteAsync(entries, buffered, cancellationToken);
            }

            return new PackedLayer(layer, new FileContent(path, layer.Descriptor), path);
        }
        catch (Exception e)
        {
            if (created)
                TryDelete(path);
            if (IoFailures.IsIoFailure(e))
                throw TemporaryFolder.Failure(e, "for the layer");
            throw;
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            // It is in the system's folder for temporary files.
        }
    }

    private sealed class FileContent(string path, Descriptor descriptor) : IBlobContent
    {
        public Descriptor Descriptor => descriptor;

        public ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken)
        {
            try
            {
                FileStream file = OwnFile.Open(path, FileAccess.Read) ?? throw new FileNotFoundException();
                file.Position = offset;
                DiskReadStream read = new(file, path);
                return new(offset == 0 ? new VerifyingStream(read, descriptor, Changed)
                    : new LimitedStream(read, descriptor.Size - offset));
            }
            catch (Exception e) when (IoFailures.IsIoFailure(e))
            {
                throw IoFailures.Translate(e, path);
            }
        }

        private AirgapException Changed(Digest? actual) => new(
            ErrorCode.FileFailure,
            $"The temporary file '{path}' was changed while being sent{(actual is null ? "" : $": its digest is {actual}")}.",
            $"Run the command again, or {TemporaryFolder.NameAnother}.");
    }
}
