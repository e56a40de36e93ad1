using System.Text;
using Airgap.Trust.Verifying;

namespace Airgap.Trust.Tests.Cases;

/// <summary>Compares our verdicts with the expected ones and those of real tools.</summary>
internal sealed class Expectations(IReadOnlyList<Difference> differences)
{
    private readonly StringBuilder _wrong = new();
    private readonly HashSet<Difference> _used = [];
    private int _count;

    /// <summary>Adds a verdict.</summary>
    /// <param name="one">The case.</param>
    /// <param name="verdict">Our verdict.</param>
    /// <param name="isOfTool">Selects the tools' verdicts that answer the same question; null for all.</param>
    /// <param name="id">The case's name, if it has none of its own.</param>
    /// <param name="isExpected">False if only a tool is compared.</param>
    public void Take(TrustCase one, Verdict verdict, Func<string, bool>? isOfTool = null, string? id = null, bool isExpected = true)
    {
        id ??= one.Id;
        _count++;
        string said = $"{(verdict.IsAccepted ? "accepted" : "refused")}: {verdict.Refusal?.Message} ({one.Why})";
        if (isExpected && one.Expect is { } expect and not "either" && verdict.IsAccepted != (expect == "accept"))
            _wrong.AppendLine($"{id}: {expect} is expected, and it was {said}");
        foreach ((string tool, bool accepts) in one.Observed.Where(pair => isOfTool?.Invoke(pair.Tool) ?? true))
        {
            if (accepts == verdict.IsAccepted)
                continue;
            if (differences.FirstOrDefault(difference => difference.IsOf(id, tool, verdict.IsAccepted)) is { } known)
                _used.Add(known);
            else
                _wrong.AppendLine($"{id}: {tool} says otherwise, and it was {said}");
        }
    }

    /// <summary>Fails if a verdict is not as expected, or a listed difference does not exist.</summary>
    public void AssertAll(int atLeast)
    {
        foreach (Difference unused in differences.Where(difference => !_used.Contains(difference)))
            _wrong.AppendLine($"The difference '{unused.Reason}' is listed, and was not seen.");
        if (_wrong.Length > 0)
            Assert.Fail(_wrong.ToString());
        Assert.IsGreaterThanOrEqualTo(atLeast, _count);
    }
}

/// <summary>Verdicts that differ from a tool's, with reasons.</summary>
/// <param name="Tool">The beginning of the tool's name.</param>
/// <param name="WeAccept">Our verdict.</param>
/// <param name="Reason">Why.</param>
/// <param name="Ids">The cases; none for all.</param>
internal sealed record Difference(string Tool, bool WeAccept, string Reason, params string[] Ids)
{
    public bool IsOf(string id, string tool, bool weAccept) =>
        weAccept == WeAccept && tool.StartsWith(Tool, StringComparison.Ordinal)
            && (Ids.Length == 0 || Ids.Contains(id[(id.IndexOf('/') + 1)..]) || Ids.Contains(id));
}
