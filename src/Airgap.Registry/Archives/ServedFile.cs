using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Files;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Registry.Archives;

/// <summary>
/// An archive that is being served, whole or in parts. It stays open: replacing the file has no effect, and a change of
/// the file itself is detected.
/// </summary>
internal sealed class ServedFile : IDisposable
{
    private readonly ArchiveBytes _bytes;
    private readonly ImmutableArray<State> _states;

    private ServedFile(ArchiveFile archive, FileFacts? known)
    {
        Archive = archive;
        _bytes = archive.Open();
        _states = [.. archive.Pieces.Select((piece, i) => State.Of(_bytes.HandleOf(i), piece, known))];
    }

    /// <summary>The opened archive.</summary>
    public ArchiveFile Archive { get; }

    /// <summary>Its path when it was opened.</summary>
    public string Path => Archive.Path;

    /// <summary>Its last write time.</summary>
    public DateTime Modified => _states[0].Modified;

    /// <summary>Its length in bytes.</summary>
    public long Length => _bytes.Length;

    /// <summary>True when it has another length or last write time than when it was opened.</summary>
    public bool HasChanged => _states.Any(state => state.HasChanged);

    /// <summary>Opens an archive.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="known">The facts for <see cref="IsAsOpened"/>, read earlier from the archive's only file; null to read them
    /// now.</param>
    /// <exception cref="AirgapException">A 3xxx code.</exception>
    public static ServedFile Open(ArchiveFile archive, FileFacts? known = null)
    {
        try
        {
            return new ServedFile(archive, known);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw IoFailures.Translate(e, archive.Path);
        }
    }

    /// <summary>True when the paths still name the files that were opened.</summary>
    public bool IsWhatThePathNames()
    {
        using ServedFile now = Open(Archive);
        return now._states.Zip(_states).All(pair => pair.First.IsLike(pair.Second)) && !HasChanged;
    }

    /// <summary>True when the files that hold a range of bytes have another length or last write time than when they were
    /// opened.</summary>
    public bool HasChangedIn(long offset, long count) => StatesOf(offset, count).Any(state => state.HasChanged);

    /// <summary>The state of the files that hold a range of bytes.</summary>
    public FileFacts[] StateOf(long offset, long count) => [.. StatesOf(offset, count).Select(state => FileFacts.Of(state.Handle))];

    /// <summary>True when a state from <see cref="StateOf"/> is the same as when the files were opened.</summary>
    public bool IsAsOpened(long offset, long count, FileFacts[] state) =>
        StatesOf(offset, count).Select(opened => opened.Facts).SequenceEqual(state);

    /// <summary>Writes mapped memory back, so that from now on every write to the files that hold a range of bytes changes their state,
    /// even a write through mapped memory.</summary>
    /// <returns>False if the system cannot do that.</returns>
    public bool TryWriteBackMapped(long offset, long count) =>
        !OperatingSystem.IsWindows() && StatesOf(offset, count).All(state => Posix.TryWriteBackMapped(state.Handle));

    /// <summary>Reads bytes; 0 at the end.</summary>
    public int Read(Span<byte> buffer, long offset) => _bytes.Read(buffer, offset);

    /// <inheritdoc cref="Read"/>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken) =>
        _bytes.ReadAsync(buffer, offset, cancellationToken);

    /// <summary>Fails a request for content that may have changed.</summary>
    /// <exception cref="ArchiveChangedException">The file has changed.</exception>
    public void Check(long offset, long count)
    {
        if (HasChangedIn(offset, count))
            throw new ArchiveChangedException(Path);
    }

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();

    private IEnumerable<State> StatesOf(long offset, long count) =>
        _states.Where(state => state.Start < offset + Math.Max(1, count) && offset < state.Start + state.Length);

    private readonly record struct State(SafeFileHandle Handle, long Start, long Length, DateTime Modified, FileFacts Facts)
    {
        public bool HasChanged => RandomAccess.GetLength(Handle) != Length || File.GetLastWriteTimeUtc(Handle) != Modified;

        public static State Of(SafeFileHandle handle, ArchivePiece piece, FileFacts? known) => new(
            handle, piece.Start, RandomAccess.GetLength(handle), File.GetLastWriteTimeUtc(handle), known ?? FileFacts.Of(handle));

        public bool IsLike(State other) =>
            Length == other.Length && Modified == other.Modified && Facts.IsSame(other.Facts);
    }
}

/// <summary>An archive has changed while it was served.</summary>
/// <param name="path">The archive.</param>
internal sealed class ArchiveChangedException(string path) : IOException($"'{path}' has changed while it is served.")
{
    /// <summary>The archive.</summary>
    public string Path => path;
}
