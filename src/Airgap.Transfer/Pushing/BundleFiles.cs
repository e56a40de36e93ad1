using Airgap.Oci;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Files;
using Airgap.Transfer.Layers;

namespace Airgap.Transfer.Pushing;

/// <summary>
/// imgpkg's rules for the files of a bundle: exactly one <c>.imgpkg</c> in all inputs, directly in one of them, with a
/// valid images.yml.
/// </summary>
internal static class BundleFiles
{
    private const string Folder = ".imgpkg";
    /// <summary>The ImagesLock of a bundle.</summary>
    public const string Lock = ".imgpkg/images.yml";


    /// <summary>Checks that the files make a bundle.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidBundle"/>, or what is wrong with images.yml.</exception>
    public static void Validate(IReadOnlyList<string> inputs, IReadOnlyList<LayerEntry> entries)
    {
        if (ProblemOf(inputs, entries) is { } problem)
            throw problem;
        LayerEntry images = entries.FirstOrDefault(entry => !entry.IsFolder && entry.Path == Lock)
            ?? throw Invalid(
                $"The bundle expected {Lock} to exist, but it wasn't found in {Quoted(inputs)}.",
                "Write it with 'kbld --imgpkg-lock-output', or without images as an ImagesLock that has 'images: []'.");
        try
        {
            using FileStream file = new(images.FullPath, FileMode.Open, FileAccess.Read, FileShare.Read);
            ImagesLock.Read(file, Path.GetRelativePath(Environment.CurrentDirectory, images.FullPath) is { } near
                && !near.StartsWith("..", StringComparison.Ordinal) ? near : images.FullPath);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, images.FullPath);
        }
    }

    /// <summary>Checks that the files do not look like a bundle, whose images would otherwise be lost.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.UnexpectedBundle"/>.</exception>
    public static void Refuse(IReadOnlyList<string> inputs, IReadOnlyList<LayerEntry> entries)
    {
        if (ProblemOf(inputs, entries) is null)
        {
            throw new AirgapException(
                ErrorCode.UnexpectedBundle,
                "Images cannot be pushed with " +
                $"'{Folder}' directories, consider using --bundle (-b) option: {FoldersOf(entries)[0].FullPath}.",
                $"Push it as a bundle, or {AdviceTerms.Exclude}: {Folder}.");
        }
    }

    private static AirgapException? ProblemOf(IReadOnlyList<string> inputs, IReadOnlyList<LayerEntry> entries)
    {
        LayerEntry[] folders = FoldersOf(entries);
        if (folders.Length != 1)
        {
            string found = folders.Length == 0
                ? $" in {Quoted(inputs)}" : ": " + string.Join(", ", folders.Select(folder => folder.FullPath));
            return Invalid(
                $"Expected one '{Folder}' directory, got {folders.Length}{found}.",
                folders.Length == 0
                    ? $"A bundle has a directory {Folder} with a file images.yml; push a plain image as an image."
                    : $"Push each bundle separately, or {AdviceTerms.Exclude}.");
        }

        return folders[0].Path == Folder ? null : Invalid(
            $"Expected '{Folder}' directory, to be a direct child of one of: {Quoted(inputs)}; was {folders[0].FullPath}.",
            "Give the directory that contains it with -f.");
    }

    // An input that is itself such a directory also counts: imgpkg reports this mistake.
    private static LayerEntry[] FoldersOf(IReadOnlyList<LayerEntry> entries) =>
        [.. entries.Where(entry => entry.IsFolder && Path.GetFileName(Path.TrimEndingDirectorySeparator(entry.FullPath)) == Folder)];

    private static string Quoted(IReadOnlyList<string> inputs) => string.Join(", ", inputs.Select(input => $"'{input}'"));

    private static AirgapException Invalid(string message, string advice) => new(ErrorCode.InvalidBundle, message, advice);
}
