namespace Airgap.Publishing.Reporting.Html;

/// <summary>Small icons next to words, so that no state is shown by colour alone.</summary>
internal static class Sign
{
    /// <summary>A tick.</summary>
    public const string Done = Start + "<path d=\"M3 8.5 6.5 12 13 4.5\"/></svg>";

    /// <summary>A triangle.</summary>
    public const string Warning = Start + "<path d=\"M8 2.5 14.5 13.5H1.5Z M8 6.5V9.5 M8 11.4V11.6\"/></svg>";

    /// <summary>A cross.</summary>
    public const string Failed = Start + "<path d=\"M4 4 12 12 M12 4 4 12\"/></svg>";

    /// <summary>A lock.</summary>
    public const string Lock = Start + "<path d=\"M3.5 7.5H12.5V13.5H3.5Z M5.5 7.5V5A2.5 2.5 0 0 1 10.5 5V7.5\"/></svg>";

    private const string Start =
        "<svg class=\"sign\" viewBox=\"0 0 16 16\" width=\"14\" height=\"14\" aria-hidden=\"true\" focusable=\"false\">";
}
