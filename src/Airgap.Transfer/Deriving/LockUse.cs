using System.Collections.Immutable;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Producing;

namespace Airgap.Transfer.Deriving;

/// <summary>Which entries of a lock a document under <c>packages/</c> uses.</summary>
internal sealed class LockUse
{
    private readonly ImmutableArray<LockedImage> _images;
    private readonly Dictionary<string, List<int>> _byText = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<int>> _byHex = new(StringComparer.Ordinal);

    /// <summary>Looks up entries by the text that kbld replaces, and by their digest.</summary>
    public LockUse(ImmutableArray<LockedImage> images)
    {
        _images = images;
        for (int i = 0; i < images.Length; i++)
        {
            (string image, string? id) = Origins.Replaced(images[i]);
            Add(_byText, image, i);
            if (id is { Length: > 0 } && id != image)
                Add(_byText, id, i);
            Add(_byHex, images[i].Image.Digest!.Value.Hex, i);
        }
    }

    /// <summary>
    /// The positions of the entries that a document names, by an entry's text or by its digest anywhere in the
    /// document.
    /// </summary>
    public IEnumerable<int> Of(PackageEntry document)
    {
        IEnumerable<int> named = document.References.SelectMany(reference => _byText.GetValueOrDefault(reference.Image) ?? []);
        return named.Concat(HexOf(document.Text).SelectMany(hex => _byHex.GetValueOrDefault(hex) ?? [])).Distinct();
    }

    /// <summary>
    /// True if the text of an entry is anywhere in a document: a template's values may have it under any key, and the cluster replaces it
    /// in the template's output.
    /// </summary>
    public bool IsMentioned(int position, PackageEntry document)
    {
        (string image, string? id) = Origins.Replaced(_images[position]);
        return Contains(document.Text, image) || (id is { Length: > 0 } && Contains(document.Text, id));
    }

    /// <summary>The images.</summary>
    public ImmutableArray<LockedImage> Images => _images;

    // The output of the document's own templates is unknown; the cluster may pull any digest in it.
    private static IEnumerable<string> HexOf(string text)
    {
        const string Hex = "0123456789abcdef";
        for (int i = 0; i < text.Length;)
        {
            int start = text.AsSpan(i).IndexOfAny(Hex);
            if (start < 0)
                yield break;
            start += i;
            int length = text.AsSpan(start).IndexOfAnyExcept(Hex);
            length = length < 0 ? text.Length - start : length;
            if (length is 64 or 128)
                yield return text.Substring(start, length);
            i = start + length;
        }
    }

    private static bool Contains(string text, string name)
    {
        for (int i = text.IndexOf(name, StringComparison.Ordinal); i >= 0; i = text.IndexOf(name, i + 1, StringComparison.Ordinal))
        {
            if ((i == 0 || !IsPartOfName(text[i - 1])) && (i + name.Length == text.Length || !IsPartOfName(text[i + name.Length])))
                return true;
        }

        return false;
    }

    private static bool IsPartOfName(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/' or ':' or '@';

    private static void Add(Dictionary<string, List<int>> map, string key, int index)
    {
        if (!map.TryGetValue(key, out List<int>? known))
            map.Add(key, known = []);
        known.Add(index);
    }
}
