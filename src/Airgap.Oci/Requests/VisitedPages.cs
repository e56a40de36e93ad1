using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>The pages of one list that were requested: the reading ends if a registry links pages in a circle, or without end.</summary>
/// <param name="operation">The reading of the list, for failures.</param>
internal sealed class VisitedPages(Operation operation)
{
    /// <summary>The maximum number of pages of a list: ten million tags if a registry returns a thousand per page.</summary>
    public const int Most = 10_000;

    private readonly HashSet<string> _visited = new(StringComparer.Ordinal);

    /// <summary>The number of pages so far.</summary>
    public int Count => _visited.Count;

    /// <summary>Records a page that is about to be requested.</summary>
    /// <param name="page">Its address.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.RegistryProtocol"/>: it was requested before, or there are too
    /// many.</exception>
    public void Add(Uri page)
    {
        if (!_visited.Add(page.ToString()))
            throw Endless("the registry's pages form a circle");
        if (_visited.Count > Most)
            throw Endless($"the registry's list has more than {Most} pages");
    }

    private AirgapException Endless(string why) =>
        operation.Failed(ErrorCode.RegistryProtocol, why, "Report it to the registry's operator.");
}
