using Airgap.Oci.Content;

namespace Airgap.Publishing.Reporting;

/// <summary>Outcomes as words, and combined outcomes.</summary>
internal static class Outcomes
{
    /// <summary>Copied if any part was copied, else mounted if any part was mounted, else present.</summary>
    public static BlobOutcome Of(IEnumerable<BlobOutcome> parts)
    {
        BlobOutcome whole = BlobOutcome.Present;
        foreach (BlobOutcome part in parts)
        {
            if (part == BlobOutcome.Copied)
                return part;
            if (part == BlobOutcome.Mounted)
                whole = part;
        }

        return whole;
    }

    /// <summary><c>copied</c>, <c>mounted</c>, <c>present</c>, <c>failed</c>; empty in a description.</summary>
    public static string Word(ReportNode node) => node.Failure is not null ? "failed" : Word(node.Outcome);

    /// <summary><c>copied</c>, <c>mounted</c>, <c>present</c>, <c>left out</c>; empty in a description.</summary>
    public static string Word(ReportBlob blob) => blob.IsLeftOut ? "left out" : Word(blob.Outcome);

    /// <summary><c>copied</c>, <c>mounted</c> or <c>present</c>; empty for none.</summary>
    public static string Word(BlobOutcome? outcome) => outcome switch
    {
        BlobOutcome.Copied => "copied",
        BlobOutcome.Mounted => "mounted",
        BlobOutcome.Present => "present",
        _ => "",
    };
}
