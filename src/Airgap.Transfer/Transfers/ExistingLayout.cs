using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Layouts;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>Examines an existing folder to which an OCI layout is to be written. Changes nothing.</summary>
internal static class ExistingLayout
{
    /// <summary>The folder in a layout for the unfinished content of a run.</summary>
    public const string WorkName = ".airgap-partial";

    /// <summary>Reads its index.</summary>
    /// <returns>The existing index; null for a new or empty folder.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.LayoutFolderUnsuited"/>, <see cref="ErrorCode.InvalidLayout"/>, or a 3xxx
    /// code of the folder.</exception>
    public static async Task<LayoutIndex?> LookAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            path = OutputCheck.OfFolder(path).Path;
            if (!Directory.Exists(path))
                return null;
            // What is written or removed in a link would be elsewhere.
            string? link = Array.Find(
                [WorkName, LayoutNames.Blobs], name => new DirectoryInfo(Path.Combine(path, name)).LinkTarget is not null);
            if (link is not null)
                throw Unsuited(path, $"contains the link '{link}'");
            if (File.Exists(Path.Combine(path, LayoutNames.Index)))
                return await LayoutIndex.ReadAsync(new LayoutFolderFiles(path), cancellationToken);
            string? other = Directory.EnumerateFileSystemEntries(path).Select(entry => Path.GetFileName(entry)!)
                .FirstOrDefault(name => name is not (WorkName or LayoutNames.Marker or LayoutNames.Blobs or ArchiveNotes.EntryName));
            return other is null ? null : throw Unsuited(path, $"contains '{Printable.Of(other)}' and is not an OCI layout");
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }

    /// <summary>True if a folder has a content; hashes every byte.</summary>
    public static async Task<bool> HasAsync(
        string path, Descriptor descriptor, ITransferObserver observer, CancellationToken cancellationToken)
    {
        if (new LayoutFolderFiles(path).Find(LayoutNames.NameOf(descriptor.Digest)) is not { } file || file.Size != descriptor.Size)
            return false;
        try
        {
            await using Stream content = await new ArchiveBlobContent(file.File, descriptor, 0).OpenAsync(0, cancellationToken);
            await content.CopyToAsync(Stream.Null, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is AirgapException { Code: not ErrorCode.Canceled } || IoFailures.IsIoFailure(e))
        {
            // What cannot be read is not known to be there.
            observer.Detail($"{descriptor.Digest} is written again: {e.Message}");
            return false;
        }
    }

    private static AirgapException Unsuited(string path, string why) => new(
        ErrorCode.LayoutFolderUnsuited,
        $"'{path}' {why}, so no OCI layout is written there.",
        "Name a new or empty folder, or an OCI layout to add to.")
    { Location = new SourceLocation(path) };
}
