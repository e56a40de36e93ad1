using Airgap.Oci.Naming;

namespace Airgap.Publishing.Locking;

/// <summary>The names of a lock's entries, which have one form each: a name in another form would pin nothing.</summary>
internal static class LockNames
{
    /// <summary>The problem with the name of an item's entry; null for none.</summary>
    public static string? WhatIsWrongWith(string key)
    {
        if (!ImageReference.TryParse(key, out ImageReference? reference, out string? problem))
            return $"'{Shorten(UserInfo.Hide(key))}' is not an image reference: {problem}";
        if (reference.Digest is not null)
            return $"'{Shorten(key)}' has a digest, so it must not be locked";
        return reference.ToString() == key ? null : $"'{Shorten(key)}' must be written in full: '{Shorten(reference.ToString())}'";
    }

    /// <summary>The problem with the name of a selection's entry; null for none.</summary>
    public static string? WhatIsWrongWithChoice(string key)
    {
        int at = key.IndexOf(LockedSelections.Between, StringComparison.Ordinal);
        string name = at < 0 ? key : key[..at];
        if (at < 0 || key.Length == at + LockedSelections.Between.Length)
            return $"'{Shorten(UserInfo.Hide(key))}' is not a reference and a selection separated by '{LockedSelections.Between}'";
        if (!ImageReference.TryParse(name, out ImageReference? reference, out string? problem))
            return $"'{Shorten(UserInfo.Hide(name))}' is not an image reference: {problem}";
        return reference.ToString() == name ? null : $"'{Shorten(name)}' must be written in full: '{Shorten(reference.ToString())}'";
    }

    /// <summary>A text from the file, short enough for a message.</summary>
    public static string Shorten(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
