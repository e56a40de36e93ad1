namespace Airgap.Transfer.Files;

/// <summary>The names that Windows keeps as they are.</summary>
internal static class WindowsName
{
    /// <summary>
    /// False for a name with a character that Windows does not allow, such as a colon before a stream; for a name whose end it cuts off;
    /// and for the name of a device, also with an extension.
    /// </summary>
    /// <param name="segment">A file's or folder's name, not empty.</param>
    public static bool IsOne(string segment) =>
        !segment.AsSpan().ContainsAny("\\:*?\"<>|") && !segment.Any(static character => character < ' ')
        && segment[^1] is not ('.' or ' ') && !IsDevice(segment.Split('.')[0].TrimEnd());

    private static bool IsDevice(string name) =>
        name.ToUpperInvariant() is "CON" or "PRN" or "AUX" or "NUL" or "CONIN$" or "CONOUT$"
        || (name.Length == 4 && (name.StartsWith("COM", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("LPT", StringComparison.OrdinalIgnoreCase)) && name[3] is (>= '0' and <= '9') or '\u00b9' or '\u00b2' or '\u00b3');
}
