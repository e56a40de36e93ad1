using Airgap.Publishing.Declarations;
using Airgap.TestKit;

namespace Airgap.Publishing.Tests.Trusting;

/// <summary>Trust rules of a project in a temporary folder.</summary>
public abstract class TrustTestBase
{
    private protected readonly TempFolder _folder = new();

    [TestCleanup]
    public void End() => _folder.Dispose();

    private protected static TrustItem[] Trust(string place, params (string Name, string Value)[] metadata) =>
        [new TrustItem(place, metadata.ToDictionary(pair => pair.Name, pair => pair.Value), null)];
}
