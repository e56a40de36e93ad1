using System.Globalization;

namespace Airgap.Tool.Output;

/// <summary>Formats counts for people.</summary>
internal static class CountText
{
    /// <summary><c>1 image</c>, <c>3 images</c>.</summary>
    public static string Count(int number, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {noun}{(number == 1 ? "" : noun.EndsWith('x') ? "es" : "s")}");
}
