using System.Globalization;

namespace Airgap.Transfer.Archives.Parts;

/// <summary>
/// The names of an archive's parts and their companion files: <c>NAME.tar.001</c>, <c>NAME.tar.parts.json</c>,
/// <c>NAME.tar.sha256</c>.
/// </summary>
internal static class PartName
{
    /// <summary>The maximum number of parts of an archive: enough for ten terabytes on CDs.</summary>
    public const int MostParts = 9_999;

    private const string ListEnding = ".parts.json";
    private const int FewestDigits = 3;
    private const int MostDigits = 5;

    /// <summary>A part.</summary>
    /// <param name="archive">The archive's name or path.</param>
    /// <param name="order">Its number, from 1.</param>
    /// <param name="count">The number of parts. Every part number begins with a 0, so that <c>cat NAME.tar.0*</c> is
    /// the archive.</param>
    public static string Of(string archive, int order, int count) => $"{archive}.{Number(order, count)}";

    /// <summary>The list of the parts.</summary>
    public static string ListOf(string archive) => archive + ListEnding;

    /// <summary>The checksums of the parts and of their list, as <c>sha256sum -c</c> reads them.</summary>
    public static string SumsOf(string archive) => archive + ".sha256";

    /// <summary>The archive of a list's name; null for another name.</summary>
    public static string? ArchiveOfList(string name) =>
        name.Length > ListEnding.Length && name.EndsWith(ListEnding, StringComparison.Ordinal) ? name[..^ListEnding.Length] : null;

    /// <summary>The archive of a part's name; null for another name.</summary>
    public static (string Archive, int Order)? ArchiveOfPart(string name)
    {
        int dot = name.LastIndexOf('.');
        ReadOnlySpan<char> digits = name.AsSpan(dot + 1);
        return dot > 0 && digits.Length is >= FewestDigits and <= MostDigits && !digits.ContainsAnyExceptInRange('0', '9')
            && int.Parse(digits, CultureInfo.InvariantCulture) is > 0 and var order
            ? (name[..dot], order)
            : null;
    }

    private static string Number(int order, int count) =>
        order.ToString(CultureInfo.InvariantCulture)
            .PadLeft(Math.Max(FewestDigits, count.ToString(CultureInfo.InvariantCulture).Length + 1), '0');
}
