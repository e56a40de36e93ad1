using Airgap.Registry.Storage;
using Airgap.Transfer.Files;

namespace Airgap.Registry.Tests.Stored;

/// <summary>
/// The folder of a system that takes tags for one another, as those of Windows and macOS do: a name leads to the folder that is there under
/// a similar one.
/// </summary>
/// <param name="folder">The folder.</param>
/// <param name="made">The name that the system gives a new folder; null if it keeps the name.</param>
/// <param name="onWindows">True if the system has the names of Windows.</param>
internal sealed class FoldingLayout(string folder, Func<string, string>? made = null, bool onWindows = false) : StorageLayout(folder)
{
    public override bool IgnoresCase => true;

    public override string Tag(string name, string tag)
    {
        string tags = Tags(name);
        string? there = Directory.Exists(tags) ? Directory.EnumerateDirectories(tags).FirstOrDefault(
            found => Path.GetFileName(found).TrimEnd('.').Equals(tag.TrimEnd('.'), StringComparison.OrdinalIgnoreCase)) : null;
        return there ?? Path.Combine(tags, made?.Invoke(tag) ?? tag);
    }

    public override bool CanHold(string segment) => !onWindows || WindowsName.IsOne(segment);
}
